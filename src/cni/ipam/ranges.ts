import { type Address, familyOf } from '../../net/address.ts';
import { type Cidr, cidrFamily, networkAddress, prefixLengthOf } from '../../net/cidr.ts';
import { addressBits } from '../../net/family.ts';
import { addressNumber, addressOf } from '../../net/numbers.ts';

/** Addresses that containers may get, of one network. */
export interface Range {
  readonly subnet: Cidr;
  /** The first and the last. */
  readonly start: Address;
  readonly end: Address;
  /** Never given to a container. */
  readonly gateway: Address;
}

/** Ranges of one family, of which a container gets one address. */
export type RangeSet = readonly Range[];

/** `undefined` where so small a network has no addresses to give: one for the gateway and one for a container is the least. */
export function rangeOf(
  subnet: Cidr,
  {
    start,
    end,
    gateway,
  }: { start?: Address | undefined; end?: Address | undefined; gateway?: Address | undefined },
): Range | undefined {
  const family = cidrFamily(subnet);
  const [first, last] = boundsOf(subnet);
  if (last - first < 3n) return undefined;
  // The first address of an IPv6 network is that of its routers (RFC 4291, section 2.6.1); the last is none of broadcast.
  const highest = family === 'IPv4' ? last - 1n : last;
  return {
    subnet,
    start: start ?? addressOf(first + 1n, family),
    end: end ?? addressOf(highest, family),
    gateway: gateway ?? addressOf(first + 1n, family),
  };
}

export function rangeContains({ start, end }: Pick<Range, 'start' | 'end'>, address: Address): boolean {
  if (familyOf(address) !== familyOf(start)) return false;
  const number = addressNumber(address);
  return addressNumber(start) <= number && number <= addressNumber(end);
}

export function rangesOverlap(one: Range, other: Range): boolean {
  return rangeContains(one, other.start) || rangeContains(other, one.start);
}

/** `10.244.0.1-10.244.0.254`, separated by commas. */
export function formatRanges(ranges: RangeSet): string {
  return ranges.map(({ start, end }) => `${start}-${end}`).join(', ');
}

/** The first and the last address of a network, as numbers. */
function boundsOf(subnet: Cidr): readonly [bigint, bigint] {
  const first = addressNumber(networkAddress(subnet));
  const hostBits = BigInt(addressBits[cidrFamily(subnet)] - prefixLengthOf(subnet));
  return [first, first + (1n << hostBits) - 1n];
}
