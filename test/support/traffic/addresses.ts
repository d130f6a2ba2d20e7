import { type Address, parseAddress } from '../../../src/net/address.ts';
import type { Family } from '../../../src/net/family.ts';

/** Who has which address in a stage. Ranges give their n-th address, counted from 0. */
export interface Addresses {
  readonly family: Family;
  readonly node: Address;
  /** The hosts' own; the ranges lie on them. */
  readonly clientHost: Address;
  readonly podHost: Address;
  client(n: number): Address;
  pod(n: number): Address;
  /** Further addresses of the node, to send from. */
  onNode(n: number): Address;
  /** ClusterIPs. */
  service(n: number): Address;
  /** Load balancers' addresses. */
  balancer(n: number): Address;
  readonly ranges: { readonly clients: string; readonly pods: string; readonly node: string };
}

export const ipv4: Addresses = {
  family: 'IPv4',
  node: address('192.0.2.1'),
  clientHost: address('203.0.113.1'),
  podHost: address('10.244.255.1'),
  client: (n) => address(`198.18.${(n + 1) >> 8}.${(n + 1) & 255}`),
  pod: (n) => address(`10.244.0.${n + 1}`),
  onNode: (n) => address(`198.19.${(n + 1) >> 8}.${(n + 1) & 255}`),
  service: (n) => address(`10.96.0.${n + 1}`),
  balancer: (n) => address(`192.0.2.${n + 100}`),
  ranges: { clients: '198.18.0.0/16', pods: '10.244.0.0/24', node: '198.19.0.0/16' },
};

export const ipv6: Addresses = {
  family: 'IPv6',
  node: address('2001:db8:1::1'),
  clientHost: address('2001:db8:2::1'),
  podHost: address('fd00:244:ffff::1'),
  client: (n) => address(`2001:db8:18::${(n + 1).toString(16)}`),
  pod: (n) => address(`fd00:244::${(n + 1).toString(16)}`),
  onNode: (n) => address(`2001:db8:19::${(n + 1).toString(16)}`),
  service: (n) => address(`fd00:96::${(n + 1).toString(16)}`),
  balancer: (n) => address(`2001:db8:1::${(n + 256).toString(16)}`),
  ranges: { clients: '2001:db8:18::/64', pods: 'fd00:244::/64', node: '2001:db8:19::/64' },
};

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}
