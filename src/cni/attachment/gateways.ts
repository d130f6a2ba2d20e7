import type { NodeNetwork } from '../../kernel/cni/node-network.ts';
import type { ListedAddress } from '../../kernel/netlink/route/addresses.ts';
import { refusedWith } from '../../kernel/netlink/route/kernel-error.ts';
import type { Link } from '../../kernel/netlink/route/links.ts';
import { type Address, familyOf } from '../../net/address.ts';
import { cidrContains, parseCidr } from '../../net/cidr.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import type { IpConfig } from '../protocol/result.ts';

/** An address of the bridge, by which the containers of a network reach others. */
export interface Gateway {
  readonly address: Address;
  readonly prefixLength: number;
}

/** The gateways that IPAM says. */
export function gatewaysOf(ips: readonly IpConfig[]): readonly Gateway[] {
  return ips.flatMap(({ gateway, prefixLength }) =>
    gateway === undefined ? [] : [{ address: gateway, prefixLength }],
  );
}

/**
 * Gives the bridge the addresses of gateways, and has the node forward packets. Throws a `CniError` of code 105 where the bridge
 * has another address of the same network, which goes only where `forceAddress` says so.
 */
export function ensureGateways(
  node: NodeNetwork,
  bridge: Link,
  gateways: readonly Gateway[],
  forceAddress: boolean,
): void {
  if (gateways.length === 0) return;
  const present = node.listAddresses().filter(({ link }) => link === bridge.index);
  for (const gateway of gateways) {
    if (present.some((other) => isSame(other, gateway))) continue;
    for (const other of present) {
      if (!overlaps(other, gateway)) continue;
      if (!forceAddress) throw conflict(bridge, other, gateway);
      node.removeAddress(other);
    }
    addGateway(node, bridge, gateway);
  }
  for (const { address } of gateways) node.setSetting(forwarding[familyOf(address)], 1);
}

/** Another call may do it at the same time. */
function addGateway(node: NodeNetwork, bridge: Link, gateway: Gateway): void {
  try {
    node.addAddress({ link: bridge.index, ...gateway });
  } catch (error) {
    if (!refusedWith(error, 'EEXIST')) throw error;
  }
}

function isSame(one: Gateway, other: Gateway): boolean {
  return one.address === other.address && one.prefixLength === other.prefixLength;
}

/** The addresses that IPv6 gives each link itself are in everybody's way, and in nobody's. */
function overlaps(one: ListedAddress, other: Gateway): boolean {
  if (one.isLinkLocal) return one.address === other.address;
  return holds(one, other.address) || holds(other, one.address);
}

function holds({ address, prefixLength }: Gateway, other: Address): boolean {
  const network = parseCidr(`${address}/${prefixLength}`);
  return network !== undefined && cidrContains(network, other);
}

function conflict({ name }: Link, other: Gateway, gateway: Gateway): CniError {
  const text = ({ address, prefixLength }: Gateway) => `${address}/${prefixLength}`;
  return new CniError(
    errorCodes.bridgeConflict,
    `bridge ${name} cannot have the gateway's address ${text(gateway)}: it has ${text(other)}`,
    '"forceAddress": true takes that address away; "isGateway": false leaves the bridge without the gateway\'s.',
  );
}

const forwarding = { IPv4: 'net/ipv4/ip_forward', IPv6: 'net/ipv6/conf/all/forwarding' } as const;
