import type { Address } from '../../../net/address.ts';
import { type Cidr, cidrContains, cidrFamily } from '../../../net/cidr.ts';

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return prefixOf(outer) <= prefixOf(inner) && cidrContains(outer, firstAddress(inner));
}

/** Whether networks overlap; then one contains the other. */
export function overlap(one: Cidr, other: Cidr): boolean {
  return contains(one, other) || contains(other, one);
}

/** A network of one address. */
export function isHost(cidr: Cidr): boolean {
  return prefixOf(cidr) === (cidrFamily(cidr) === 'IPv4' ? 32 : 128);
}

export function firstAddress(cidr: Cidr): Address {
  return cidr.slice(0, cidr.indexOf('/')) as Address;
}

function prefixOf(cidr: Cidr): number {
  return Number(cidr.slice(cidr.indexOf('/') + 1));
}
