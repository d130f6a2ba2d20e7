import { type Address, familyOf } from '../net/address.ts';
import type { Family } from '../net/family.ts';
import type { NodeRecord } from '../state/records.ts';

/** The node's own address in each family, where it has one. */
export type NodeIPs = Partial<Record<Family, Address>>;

/** `bindAddress` if it is an address of the family, else the first of the Node's addresses. */
export function nodeIPs(bindAddress: Address, node: NodeRecord | undefined): NodeIPs {
  const addresses = [...(isUnspecified(bindAddress) ? [] : [bindAddress]), ...(node?.addresses ?? [])];
  const ips: NodeIPs = {};
  for (const address of addresses) ips[familyOf(address)] ??= address;
  return ips;
}

function isUnspecified(address: Address): boolean {
  return address === '0.0.0.0' || address === '::';
}
