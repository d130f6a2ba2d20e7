import { type Address, familyOf, parseAddress } from '../../../net/address.ts';
import { writeAddress } from '../../../net/address-bytes.ts';
import type { Family } from '../../../net/family.ts';
import { addressText } from '../../../net/numbers.ts';

/** AF_INET, AF_INET6. */
export const familyNumbers: Readonly<Record<Family, number>> = { IPv4: 2, IPv6: 10 };

/** As they stand in packets. */
export function bytesOfAddress(address: Address): Uint8Array {
  const bytes = new Uint8Array(familyOf(address) === 'IPv4' ? 4 : 16);
  writeAddress(address, bytes, 0);
  return bytes;
}

/** Throws a `RangeError` where these are not 4 or 16 bytes. */
export function addressOfBytes(bytes: Buffer): Address {
  const family = bytes.length === 4 ? 'IPv4' : 'IPv6';
  const address = parseAddress(addressText(BigInt(`0x${bytes.toString('hex')}`), family));
  if (address === undefined) throw new RangeError(`${bytes.toString('hex')} is no address`);
  return address;
}
