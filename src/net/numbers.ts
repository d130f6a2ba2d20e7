import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type Address, familyOf, parseAddress } from './address.ts';
import { type Family, type Protocol, protocols } from './family.ts';
import { remembered } from './remembered.ts';

/** An address as a number, most significant byte first. A walk asks for the same few at every rule. */
export const addressNumber = remembered((address: Address): bigint => {
  const number = readAddress(address, familyOf(address));
  if (number === undefined) throw new RangeError(`${address} is no address`);
  return number;
});

/** An address of the family as a number; `undefined` for anything else, names of hosts included. */
export function readAddress(text: string, family: Family): bigint | undefined {
  return family === 'IPv4' ? readIPv4(text) : readIPv6(text);
}

function readIPv4(text: string): bigint | undefined {
  if (!isIPv4(text)) return undefined;
  let number = 0;
  for (const part of text.split('.')) number = number * 256 + Number(part);
  return BigInt(number);
}

function readIPv6(text: string): bigint | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const parts = text.includes('.') ? ipaddr.IPv6.parse(text).toNormalizedString() : text;
  const [head = '', tail] = parts.split('::', 2).map((half) => half.split(':').map(fourDigits).join(''));
  return BigInt(`0x${head}${(tail ?? '').padStart(32 - head.length, '0')}`);
}

function fourDigits(group: string): string {
  return group === '' ? '' : group.padStart(4, '0');
}

/** The address with these bytes. Throws a `RangeError` where the family has none. */
export function addressOf(number: bigint, family: Family): Address {
  const address = parseAddress(addressText(number, family));
  if (address === undefined) throw new RangeError(`${number} is no ${family} address`);
  return address;
}

/** These bytes as an address of the family is written, also where it stands for one of IPv4. Throws a `RangeError` as above. */
export function addressText(number: bigint, family: Family): string {
  const length = family === 'IPv4' ? 4 : 16;
  if (number >> BigInt(8 * length) !== 0n) throw new RangeError(`${number} is no ${family} address`);
  const bytes = Array.from({ length }, (_, at) => Number((number >> BigInt(8 * (length - 1 - at))) & 0xffn));
  return ipaddr.fromByteArray(bytes).toString();
}

/** IANA's protocol numbers. */
export const protocolNumbers: Readonly<Record<Protocol, bigint>> = { TCP: 6n, UDP: 17n, SCTP: 132n };

/** `tcp`; the number itself where it is no protocol of Services. */
export function protocolName(number: bigint): string {
  const known = protocols.find((protocol) => protocolNumbers[protocol] === number);
  return known?.toLowerCase() ?? String(number);
}
