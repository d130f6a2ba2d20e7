import type { NodeNetwork } from '../../kernel/cni/node-network.ts';
import type { Link } from '../../kernel/netlink/route/links.ts';
import type { MacAddress } from '../../net/mac-address.ts';
import type { Ipam } from '../ipam/ipam.ts';
import type { Result } from '../protocol/result.ts';
import { type Addressing, addressingOf } from './addressing.ts';
import type { AttachmentRequest } from './attachment-request.ts';
import { ensureBridge } from './bridge.ts';
import { configureInterface } from './container-interface.ts';
import { ensureGateways } from './gateways.ts';
import { mtuOf } from './mtu.ts';
import { aliasOf, macOfText } from './names.ts';
import { addPair, type Pair, removePair } from './pair.ts';
import { requireNewInterface } from './require-new-interface.ts';
import { waitUntilReachable } from './wait-until-reachable.ts';

/**
 * Makes the interface of a container, with its addresses and routes: all or nothing. The alias of the node's end comes last. What
 * an earlier call left that died before, it takes down first. Throws a `CniError`, or a `KernelError` of what the kernel refuses.
 */
export function addAttachment(node: NodeNetwork, ipam: Ipam, request: AttachmentRequest): Result {
  const { attachment } = request;
  requireNewInterface(node, ipam, request);
  try {
    removePair(node, attachment);
    return attach(node, ipam, request);
  } catch (error) {
    undo(() => removePair(node, attachment));
    undo(() => ipam.del());
    throw error;
  }
}

function attach(node: NodeNetwork, ipam: Ipam, request: AttachmentRequest): Result {
  const { attachment, netns, configuration } = request;
  const early = ipam.asksOnInterface ? undefined : addressingOf(ipam.add(), configuration);
  const mtu = mtuOf(node, configuration.bridge.mtu);
  const bridge = ensureBridge(node, configuration.bridge.name, mtu, early?.bridgeAddresses ?? []);
  const mac = configuration.mac ?? early?.mac ?? macOfText(`${attachment.containerId}/${attachment.ifname}`);
  const pair = addPair(node, { attachment, netns, bridge, mac, mtu, port: configuration.bridge });
  const addressing = early ?? askOnInterface(node, ipam, request);
  const { link, routes } = node.inNamespace(netns, (inside) => {
    const found = requireLink(inside.findLink(attachment.ifname), attachment.ifname);
    return { link: found, routes: configureInterface(inside, found, addressing) };
  });
  ensureGateways(node, bridge, addressing.bridgeAddresses, configuration.bridge.forceAddress);
  waitUntilReachable(node, { netns, host: pair.name, addressing });
  node.changeLink(pair.index, { alias: aliasOf(request.network, attachment) });
  return resultOf(request, { bridge, pair, mac, mtu: link.mtu, addressing: { ...addressing, routes } });
}

/** Such a plugin may send packets, as one for DHCP does. */
function askOnInterface(
  node: NodeNetwork,
  ipam: Ipam,
  { attachment, netns, configuration }: AttachmentRequest,
): Addressing {
  node.inNamespace(netns, (inside) => {
    const { index } = requireLink(inside.findLink(attachment.ifname), attachment.ifname);
    inside.changeLink(index, { isUp: true });
  });
  return addressingOf(ipam.add(), configuration);
}

function requireLink(link: Link | undefined, name: string): Link {
  if (link === undefined) throw new Error(`${name} was removed from the container while it was made`);
  return link;
}

interface Made {
  readonly bridge: Link;
  readonly pair: Pair;
  readonly mac: MacAddress;
  readonly mtu: number;
  readonly addressing: Addressing;
}

function resultOf(
  { attachment, netns }: AttachmentRequest,
  { bridge, pair, mac, mtu, addressing }: Made,
): Result {
  return {
    interfaces: [
      { name: bridge.name, mac: bridge.mac, mtu: bridge.mtu },
      { name: pair.name, mac: pair.mac, mtu },
      { name: attachment.ifname, mac, mtu, sandbox: netns },
    ],
    ips: addressing.ips.map((ip) => ({ ...ip, interface: 2 })),
    routes: addressing.routes,
    dns: addressing.dns,
  };
}

/** What went wrong first is what is told. */
function undo(step: () => void): void {
  try {
    step();
  } catch {}
}
