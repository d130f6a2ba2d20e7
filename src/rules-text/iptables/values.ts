import { addressBits, type Family } from '../../net/family.ts';
import { readAddress } from '../../net/numbers.ts';
import type { Interval } from '../rule.ts';
import { allOnes } from './statements.ts';

/** A number as strtoul(3) of base 0 reads it: `10`, `0xa`, `012`; `undefined` where the text is none. */
export function readNumber(text: string): bigint | undefined {
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  return /^(?:\d+|0[xX][\da-fA-F]+)$/.test(text) ? BigInt(text) : undefined;
}

/** `value/mask` or `value`: numbers of 32 bits. */
export function readMasked(text: string): { readonly value: bigint; readonly mask: bigint } | undefined {
  const [first = '', second, ...rest] = text.split('/');
  const value = readNumber(first);
  const mask = second === undefined ? allOnes : readNumber(second);
  if (value === undefined || mask === undefined || rest.length > 0) return undefined;
  return value > allOnes || mask > allOnes ? undefined : { value, mask };
}

/** `80`, `80:90`, `:90` or `80:`; the separator is `-` in the targets of NAT. */
export function readPorts(text: string, separator: ':' | '-'): bigint | Interval | undefined {
  if (/^\d{1,5}$/.test(text)) return Number(text) > lastPort ? undefined : BigInt(text);
  const [first = '', second = '', ...rest] = text.split(separator);
  if (!/^\d{0,5}$/.test(first) || !/^\d{0,5}$/.test(second) || rest.length > 0 || first + second === '')
    return undefined;
  if (!text.includes(separator)) return undefined;
  const from = Number(first);
  const to = second === '' ? lastPort : Number(second);
  return from > to || to > lastPort ? undefined : { from: BigInt(from), to: BigInt(to) };
}

const lastPort = 65535;

/** The addresses that share a prefix, or those that are alike under any mask. */
export type Network =
  | { readonly kind: 'interval'; readonly interval: Interval }
  | { readonly kind: 'masked'; readonly address: bigint; readonly mask: bigint };

/** `10.0.0.1`, `10.0.0.0/8` or `10.0.0.0/255.0.0.0`; a mask may have holes. Bits beyond the mask do not count. */
export function readNetwork(text: string, family: Family): Network | undefined {
  const slash = text.indexOf('/');
  const address = readAddress(slash === -1 ? text : text.slice(0, slash), family);
  const mask = slash === -1 ? fullMask(family) : readMask(text.slice(slash + 1), family);
  if (address === undefined || mask === undefined) return undefined;
  const hostBits = fullMask(family) ^ mask;
  if ((hostBits & (hostBits + 1n)) !== 0n) return { kind: 'masked', address: address & mask, mask };
  const from = address & mask;
  return { kind: 'interval', interval: { from, to: from | hostBits } };
}

function readMask(text: string, family: Family): bigint | undefined {
  if (!/^\d{1,3}$/.test(text)) return readAddress(text, family);
  const host = addressBits[family] - Number(text);
  return host < 0 ? undefined : (fullMask(family) >> BigInt(host)) << BigInt(host);
}

/** The mask of a single address. */
export function fullMask(family: Family): bigint {
  return family === 'IPv4' ? allOnes : (1n << 128n) - 1n;
}

/** Two addresses with a `-` between them, or one. */
export function readAddressRange(text: string, family: Family): Interval | undefined {
  const [first = '', second = first, ...rest] = text.split('-');
  const from = readAddress(first, family);
  const to = readAddress(second, family);
  return from === undefined || to === undefined || rest.length > 0 || from > to ? undefined : { from, to };
}

/** The words of a list with commas between them, each given its value; `undefined` where one has none. */
export function readList<Value>(
  text: string,
  read: (word: string) => Value | undefined,
): readonly Value[] | undefined {
  const values: Value[] = [];
  for (const word of text.split(',')) {
    const value = read(word);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** IP protocols that rules name, by number or by a name of /etc/protocols. */
export function readProtocol(text: string): bigint | undefined {
  const number = protocolNumbers.get(text.toLowerCase());
  if (number !== undefined) return number;
  const read = readNumber(text);
  return read === undefined || read > 255n ? undefined : read;
}

const protocolNumbers: ReadonlyMap<string, bigint> = new Map([
  ['all', 0n],
  ['icmp', 1n],
  ['igmp', 2n],
  ['ipencap', 4n],
  ['ipv4', 4n],
  ['tcp', 6n],
  ['egp', 8n],
  ['udp', 17n],
  ['dccp', 33n],
  ['ipv6', 41n],
  ['ipv6-route', 43n],
  ['ipv6-frag', 44n],
  ['rsvp', 46n],
  ['gre', 47n],
  ['esp', 50n],
  ['ah', 51n],
  ['icmpv6', 58n],
  ['icmp6', 58n],
  ['ipv6-icmp', 58n],
  ['ipv6-nonxt', 59n],
  ['ipv6-opts', 60n],
  ['eigrp', 88n],
  ['ospf', 89n],
  ['ipip', 94n],
  ['pim', 103n],
  ['ipcomp', 108n],
  ['vrrp', 112n],
  ['l2tp', 115n],
  ['sctp', 132n],
  ['mobility-header', 135n],
  ['mh', 135n],
  ['ipv6-mh', 135n],
  ['udplite', 136n],
]);
