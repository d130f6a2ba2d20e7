import type { Address } from '../../net/address.ts';
import { type Cidr, cidrFamily, networkAddress, prefixLengthOf } from '../../net/cidr.ts';
import { addressBits } from '../../net/family.ts';
import { addressNumber, addressOf } from '../../net/numbers.ts';

/** How many addresses a network has. */
export function sizeOf(cidr: Cidr): bigint {
  return 1n << BigInt(addressBits[cidrFamily(cidr)] - prefixLengthOf(cidr));
}

/** The address with this place in the network; 0 is the network's own. */
export function addressAt(cidr: Cidr, index: bigint): Address {
  return addressOf(firstOf(cidr) + index, cidrFamily(cidr));
}

/** How many networks of this prefix length are in a network. */
export function subnetCount(cidr: Cidr, length: number): bigint {
  return length < prefixLengthOf(cidr) ? 0n : 1n << BigInt(length - prefixLengthOf(cidr));
}

/** The network of this prefix length with this place in the network. */
export function subnetAt(cidr: Cidr, length: number, index: bigint): string {
  const first = firstOf(cidr) + (index << BigInt(addressBits[cidrFamily(cidr)] - length));
  return `${addressOf(first, cidrFamily(cidr))}/${length}`;
}

function firstOf(cidr: Cidr): bigint {
  return addressNumber(networkAddress(cidr));
}
