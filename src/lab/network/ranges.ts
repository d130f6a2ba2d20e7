import type { Address } from '../../net/address.ts';
import { type Cidr, cidrFamily } from '../../net/cidr.ts';
import { addressNumber, addressOf } from '../../net/numbers.ts';

/** How many addresses a network has. */
export function sizeOf(cidr: Cidr): bigint {
  return 1n << BigInt(bitsOf(cidr) - lengthOf(cidr));
}

/** The address with this place in the network; 0 is the network's own. */
export function addressAt(cidr: Cidr, index: bigint): Address {
  return addressOf(firstOf(cidr) + index, cidrFamily(cidr));
}

/** How many networks of this prefix length are in a network. */
export function subnetCount(cidr: Cidr, length: number): bigint {
  return length < lengthOf(cidr) ? 0n : 1n << BigInt(length - lengthOf(cidr));
}

/** The network of this prefix length with this place in the network. */
export function subnetAt(cidr: Cidr, length: number, index: bigint): string {
  const first = firstOf(cidr) + (index << BigInt(bitsOf(cidr) - length));
  return `${addressOf(first, cidrFamily(cidr))}/${length}`;
}

function firstOf(cidr: Cidr): bigint {
  const hosts = BigInt(bitsOf(cidr) - lengthOf(cidr));
  const [address = ''] = cidr.split('/');
  // A Cidr's address is one.
  return (addressNumber(address as Address) >> hosts) << hosts;
}

function bitsOf(cidr: Cidr): number {
  return cidrFamily(cidr) === 'IPv4' ? 32 : 128;
}

function lengthOf(cidr: Cidr): number {
  return Number(cidr.slice(cidr.indexOf('/') + 1));
}
