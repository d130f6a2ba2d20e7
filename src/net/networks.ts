import { type Cidr, cidrContains, cidrFamily, networkAddress, prefixLengthOf } from './cidr.ts';
import { addressBits } from './family.ts';

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return prefixLengthOf(outer) <= prefixLengthOf(inner) && cidrContains(outer, networkAddress(inner));
}

/** Whether networks overlap; then one contains the other. */
export function overlap(one: Cidr, other: Cidr): boolean {
  return contains(one, other) || contains(other, one);
}

/** A network of one address. */
export function isHost(cidr: Cidr): boolean {
  return prefixLengthOf(cidr) === addressBits[cidrFamily(cidr)];
}
