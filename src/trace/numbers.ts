import ipaddr from 'ipaddr.js';
import { type Address, parseAddress } from '../net/address.ts';
import { type Family, type Protocol, protocols } from '../net/family.ts';

/** An address as the number that its bytes are, most significant first. */
export function addressNumber(address: Address): bigint {
  const known = numbers.get(address);
  if (known !== undefined) return known;
  let number = 0n;
  for (const byte of ipaddr.parse(address).toByteArray()) number = (number << 8n) | BigInt(byte);
  if (numbers.size > remembered) numbers.clear();
  numbers.set(address, number);
  return number;
}

/** A walk asks for the same few addresses at every rule. */
const numbers = new Map<Address, bigint>();
const remembered = 1_000;

/** The address with these bytes. Throws a `RangeError` where the family has none. */
export function addressOf(number: bigint, family: Family): Address {
  const length = family === 'IPv4' ? 4 : 16;
  const bytes = Array.from({ length }, (_, at) => Number((number >> BigInt(8 * (length - 1 - at))) & 0xffn));
  const address = parseAddress(ipaddr.fromByteArray(bytes).toString());
  if (address === undefined || number >> BigInt(8 * length) !== 0n)
    throw new RangeError(`${number} is no ${family} address`);
  return address;
}

/** IANA's protocol numbers. */
export const protocolNumbers: Readonly<Record<Protocol, bigint>> = { TCP: 6n, UDP: 17n, SCTP: 132n };

/** `tcp`; the number itself where it is no protocol of Services. */
export function protocolName(number: bigint): string {
  const known = protocols.find((protocol) => protocolNumbers[protocol] === number);
  return known?.toLowerCase() ?? String(number);
}
