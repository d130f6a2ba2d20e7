import type { NodeNetwork } from '../../kernel/cni/node-network.ts';
import { refusedWith } from '../../kernel/netlink/route/kernel-error.ts';
import type { Link } from '../../kernel/netlink/route/links.ts';
import { type MacAddress, macAddressOf } from '../../net/mac-address.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import type { Gateway } from './gateways.ts';
import { macOfAddress } from './names.ts';

/**
 * The bridge of the network, made where it is not there, and up. `gateways` are the addresses that it is to have, as far as they
 * are known. Throws a `CniError` of code 105 where a link of the name is no bridge.
 */
export function ensureBridge(
  node: NodeNetwork,
  name: string,
  mtu: number | undefined,
  gateways: readonly Gateway[],
): Link {
  const bridge = node.findLink(name) ?? makeBridge(node, name, mtu, gateways);
  if (bridge.kind !== 'bridge') throw noBridge(bridge);
  keepMac(node, bridge, gateways);
  if (bridge.isUp) return bridge;
  // Nobody on it is a router to the node (CVE-2020-10749).
  node.setSetting(`net/ipv6/conf/${name}/accept_ra`, 0);
  node.changeLink(bridge.index, { isUp: true });
  return bridge;
}

export function noBridge({ name, kind = 'device' }: Link): CniError {
  return new CniError(errorCodes.bridgeConflict, `bridge ${name} cannot be used: it is a ${kind}`);
}

/** A bridge has the lowest address of its ports, and another one as they come and go, unless its own was set. */
function keepMac(node: NodeNetwork, { index, mac }: Link, [first]: readonly Gateway[]): void {
  const isOwn = first !== undefined && mac === macOfAddress(first.address);
  if (!isOwn && mac !== undefined) node.changeLink(index, { mac });
}

/** Another call may do it at the same time. */
function makeBridge(
  node: NodeNetwork,
  name: string,
  mtu: number | undefined,
  gateways: readonly Gateway[],
): Link {
  const [first] = gateways;
  const mac = first === undefined ? randomMac() : macOfAddress(first.address);
  try {
    node.addLink({ kind: 'bridge', name, mac, ...(mtu === undefined ? {} : { mtu }) });
  } catch (error) {
    if (!refusedWith(error, 'EEXIST')) throw error;
  }
  const made = node.findLink(name);
  if (made === undefined) throw new Error(`the bridge ${name} was removed while it was made`);
  return made;
}

/** Where no address tells the bridges of two nodes apart, which may be connected to each other. */
function randomMac(): MacAddress {
  const bytes = Array.from({ length: 5 }, () => Math.floor(Math.random() * 256));
  return macAddressOf(Uint8Array.of(0x0a, ...bytes));
}
