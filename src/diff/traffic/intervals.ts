import { type Address, familyOf } from '../../net/address.ts';
import type { Cidr } from '../../net/cidr.ts';
import { addressBits } from '../../net/family.ts';
import { addressNumber, addressOf } from '../../net/numbers.ts';
import type { Interval } from '../../rules-text/rule.ts';

/** The addresses of a network, both ends included. */
export function cidrInterval(cidr: Cidr): Interval {
  const [network = '', length = ''] = cidr.split('/');
  const address = network as Address;
  const from = addressNumber(address);
  const bits = addressBits[familyOf(address)] - Number(length);
  return { from, to: from + (1n << BigInt(bits)) - 1n };
}

export function isWithin({ from, to }: Interval, address: Address): boolean {
  const number = addressNumber(address);
  return from <= number && number <= to;
}

/** `203.0.113.0/24`, or `from-to` where it is not a CIDR. */
export function formatInterval({ from, to }: Interval, family: 'IPv4' | 'IPv6'): string {
  const width = to - from + 1n;
  const bits = width.toString(2).length - 1;
  const isNetwork = width === 1n << BigInt(bits) && from % width === 0n;
  const length = addressBits[family] - bits;
  return isNetwork
    ? `${addressOf(from, family)}/${length}`
    : `${addressOf(from, family)}-${addressOf(to, family)}`;
}
