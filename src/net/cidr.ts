import ipaddr from 'ipaddr.js';
import { type Address, familyOf, parseAddress } from './address.ts';
import { addressBits, type Family } from './family.ts';
import { addressNumber } from './numbers.ts';
import { remembered } from './remembered.ts';

/** A network in canonical text form, host bits cleared: `10.244.0.0/16`. */
export type Cidr = string & { readonly brand: 'Cidr' };

/** Reads a CIDR and clears its host bits; `undefined` when the text is none. */
export function parseCidr(text: string): Cidr | undefined {
  const [host = '', length, ...rest] = text.split('/');
  const address = parseAddress(host);
  if (address === undefined || length === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length))
    return undefined;
  const bits = Number(length);
  if (address.includes(':')) {
    return bits > 128
      ? undefined
      : (`${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits}`)}/${bits}` as Cidr);
  }
  return bits > 32
    ? undefined
    : (`${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${bits}`)}/${bits}` as Cidr);
}

export function cidrFamily(cidr: Cidr): Family {
  return cidr.includes(':') ? 'IPv6' : 'IPv4';
}

/** The network's own address, the first one. */
export function networkAddress(cidr: Cidr): Address {
  return cidr.slice(0, cidr.indexOf('/')) as Address;
}

export function prefixLengthOf(cidr: Cidr): number {
  return Number(cidr.slice(cidr.indexOf('/') + 1));
}

/** True for 0.0.0.0/0 and ::/0, which match everything. */
export function isZeroCidr(cidr: Cidr): boolean {
  return cidr.endsWith('/0');
}

/** Whether the network holds the address; networks and addresses of different families never match. */
export function cidrContains(cidr: Cidr, address: Address): boolean {
  const { family, prefix, hostBits } = networkOf(cidr);
  return familyOf(address) === family && addressNumber(address) >> hostBits === prefix;
}

interface Network {
  readonly family: Family;
  readonly hostBits: bigint;
  /** The bits before those of hosts. */
  readonly prefix: bigint;
}

/** The few networks of a cluster are asked about again and again. */
const networkOf = remembered((cidr: Cidr): Network => {
  const family = cidrFamily(cidr);
  const hostBits = BigInt(addressBits[family] - prefixLengthOf(cidr));
  return { family, hostBits, prefix: addressNumber(networkAddress(cidr)) >> hostBits };
});
