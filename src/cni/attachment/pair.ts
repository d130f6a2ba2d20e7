import type { NodeNetwork } from '../../kernel/cni/node-network.ts';
import { refusedWith } from '../../kernel/netlink/route/kernel-error.ts';
import type { Link } from '../../kernel/netlink/route/links.ts';
import type { MacAddress } from '../../net/mac-address.ts';
import type { BridgeConfiguration } from '../configuration/bridge-configuration.ts';
import type { Attachment } from '../protocol/attachment.ts';
import { hostNameOf, macOfText } from './names.ts';

/** The node's end of a pair. */
export interface Pair {
  readonly index: number;
  readonly name: string;
  readonly mac: MacAddress;
}

export interface NewPair {
  readonly attachment: Attachment;
  readonly netns: string;
  readonly bridge: Link;
  /** Of the container's end. */
  readonly mac: MacAddress;
  readonly mtu: number | undefined;
  readonly port: Pick<BridgeConfiguration, 'hairpinMode' | 'portIsolation'>;
}

/** Makes a veth pair, with one end in the container and the other one a port of the bridge, and up. */
export function addPair(node: NodeNetwork, { attachment, netns, bridge, mac, mtu, port }: NewPair): Pair {
  const name = hostNameOf(attachment);
  const hostMac = macOfText(name);
  const size = mtu === undefined ? {} : { mtu };
  node.withDescriptor(netns, (namespace) =>
    node.addLink({
      ...{ kind: 'veth', name, mac: hostMac, ...size },
      peer: { name: attachment.ifname, mac, namespace, ...size },
    }),
  );
  const made = node.findLink(name);
  if (made === undefined) throw new Error(`${name} was removed while it was made`);
  node.changeLink(made.index, { master: bridge.index });
  node.changeBridgePort(made.index, { hairpin: port.hairpinMode, isolated: port.portIsolation });
  node.changeLink(made.index, { isUp: true });
  return { index: made.index, name, mac: hostMac };
}

/** Removes the pair of an attachment, from the node's end; does nothing where it is not there. */
export function removePair(node: NodeNetwork, attachment: Attachment): void {
  const host = node.findLink(hostNameOf(attachment));
  if (host?.kind === 'veth') removeIfThere(() => node.removeLink(host.index));
}

/** It may go at the same time with the other end, or with its namespace. */
export function removeIfThere(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if (!refusedWith(error, 'ENODEV')) throw error;
  }
}
