import type { Attributes } from '../netlink-attributes.ts';
import { bytesOf, commentOf, numberOf, textOf } from './attributes.ts';
import { comparison, type Field, follows, Registers } from './registers.ts';
import { hexadecimal, hostNumber, type ValueType, valueLengths, valueText } from './value-text.ts';
import { verdictText } from './verdict.ts';

/** A set as rules name it: `@service-ips`, or `{ 0 : 10.0.0.1 . 80 }` of one that stands in a rule. */
export interface WrittenSet {
  readonly text: string;
  readonly keyParts: number;
  /** Bytes of each part of what a map gives; empty of sets and verdict maps. */
  readonly dataLengths: readonly number[];
}

/** The names of the sets that a rule looks into. */
export function setsOf(rule: Attributes): readonly string[] {
  return expressionsOf(rule).flatMap(({ name, data }) =>
    name === 'lookup' ? (textOf(data.find(lookup.set)) ?? []) : [],
  );
}

/**
 * A rule of a table of family ip or ip6 as nft lists it, from the expressions of the kernel's answer. `undefined` where
 * one of them is not known here: the forms are those that Service proxies use.
 */
export function ruleText(
  rule: Attributes,
  family: 'ip' | 'ip6',
  setOf: (name: string) => WrittenSet | undefined,
): string | undefined {
  const words: string[] = [];
  const context: Context = { family, registers: new Registers(), words, setOf };
  for (const { name, data } of expressionsOf(rule)) {
    const word = writers.get(name)?.(data, context);
    if (word === undefined) return undefined;
    if (word !== '') words.push(word);
  }
  const comment = commentOf(rule.find(ruleAttributes.userData));
  return [...words, ...(comment === '' ? [] : [`comment "${comment}"`])].join(' ');
}

interface Context {
  readonly family: 'ip' | 'ip6';
  readonly registers: Registers;
  /** The text up to here. */
  readonly words: string[];
  setOf(name: string): WrittenSet | undefined;
}

/** What an expression adds to the text: nothing where it only fills a register. `undefined` where it is not known. */
type Writer = (data: Attributes, context: Context) => string | undefined;

interface Expression {
  readonly name: string;
  readonly data: Attributes;
}

function expressionsOf(rule: Attributes): readonly Expression[] {
  const list = rule.find(ruleAttributes.expressions);
  return (list === undefined ? [] : list.all(listElement)).flatMap((one) => {
    const [name, data] = [textOf(one.find(expression.name)), one.find(expression.data)];
    return name === undefined || data === undefined ? [] : [{ name, data }];
  });
}

const loadPayload: Writer = (data, { family, registers, words }) => {
  const [register, base, offset, length] = [1, 2, 3, 4].map((type) => numberOf(data.find(type)));
  const place = payloadFields[family].find((one) => one.base === base && one.offset === offset);
  if (register === undefined || length === undefined || place === undefined) return undefined;
  const { text, type } = place;
  if (length > valueLengths[type]) return undefined;
  const named = base === transportHeader ? withProtocol(text, words) : text;
  registers.set(register, { kind: 'field', text: named, type, length });
  return '';
};

/** Where the rule has asked for the protocol, nft names that in place of `th`, and not once more before. */
function withProtocol(text: string, words: string[]): string {
  const at = words.findLastIndex((word) => /^meta l4proto (?:tcp|udp|sctp)$/.test(word));
  const [word] = at === -1 ? [] : words.splice(at, 1);
  return word === undefined ? text : text.replace('th', word.replace('meta l4proto ', ''));
}

const transportHeader = 2;

interface PayloadField {
  readonly base: number;
  readonly offset: number;
  readonly text: string;
  readonly type: ValueType;
}

const ports: readonly PayloadField[] = [
  { base: 2, offset: 0, text: 'th sport', type: 'inet_service' },
  { base: 2, offset: 2, text: 'th dport', type: 'inet_service' },
];

const payloadFields: Readonly<Record<'ip' | 'ip6', readonly PayloadField[]>> = {
  ip: [
    ...ports,
    { base: 1, offset: 12, text: 'ip saddr', type: 'ipv4_addr' },
    { base: 1, offset: 16, text: 'ip daddr', type: 'ipv4_addr' },
  ],
  ip6: [
    ...ports,
    { base: 1, offset: 8, text: 'ip6 saddr', type: 'ipv6_addr' },
    { base: 1, offset: 24, text: 'ip6 daddr', type: 'ipv6_addr' },
  ],
};

const meta: Writer = (data, { registers }) => {
  const [into, key, from] = [1, 2, 3].map((type) => numberOf(data.find(type)));
  const field = metaFields.get(key ?? -1);
  if (field === undefined) return undefined;
  if (into !== undefined) {
    registers.set(into, field);
    return '';
  }
  const operand = from === undefined ? undefined : registers.get(from);
  if (key !== markKey) return undefined;
  if (operand?.kind === 'value') return `meta mark set ${hexadecimal(hostNumber(operand.bytes))}`;
  if (operand?.kind !== 'masked' || operand.field.text !== 'meta mark') return undefined;
  const change = bitChange(hostNumber(operand.mask), hostNumber(operand.xor));
  return change && `meta mark set meta mark ${change}`;
};

/** The kernel has `value & mask ^ xor` for all three operators. */
function bitChange(mask: number, xor: number): string | undefined {
  if (mask === ~xor >>> 0) return `| ${hexadecimal(xor)}`;
  if (mask === 0xffffffff) return `^ ${hexadecimal(xor)}`;
  return xor === 0 ? `& ${hexadecimal(mask)}` : undefined;
}

function field(text: string, type: ValueType): Field {
  return { kind: 'field', text, type, length: valueLengths[type] };
}

const markKey = 3;
const metaFields: ReadonlyMap<number, Field> = new Map([
  [markKey, field('meta mark', 'mark')],
  [6, field('iifname', 'ifname')],
  [7, field('oifname', 'ifname')],
  [16, field('meta l4proto', 'inet_proto')],
]);

const loadConntrack: Writer = (data, { registers }) => {
  const [register, key] = [1, 2].map((type) => numberOf(data.find(type)));
  const known =
    key === 0 ? field('ct state', 'ct_state') : key === 2 ? field('ct status', 'ct_status') : undefined;
  if (register === undefined || known === undefined) return undefined;
  registers.set(register, known);
  return '';
};

const loadRoute: Writer = (data, { registers }) => {
  const [register, result, flags] = [1, 2, 3].map((type) => numberOf(data.find(type)));
  const side = flags === 1 ? 'saddr' : flags === 2 ? 'daddr' : undefined;
  const addressType = 3;
  if (register === undefined || result !== addressType || side === undefined) return undefined;
  registers.set(register, field(`fib ${side} type`, 'fib_addrtype'));
  return '';
};

const bitwise: Writer = (data, { registers }) => {
  const [from, into] = [1, 2].map((type) => numberOf(data.find(type)));
  const [mask, xor] = [4, 5].map((type) => bytesOf(data.find(type)?.find(dataValue)));
  const operand = from === undefined ? undefined : registers.get(from);
  if (into === undefined || mask === undefined || xor === undefined || operand?.kind !== 'field')
    return undefined;
  registers.set(into, { kind: 'masked', field: operand, mask, xor });
  return '';
};

const compare: Writer = (data, { registers }) => {
  const [register, operator] = [1, 2].map((type) => numberOf(data.find(type)));
  const value = bytesOf(data.find(3)?.find(dataValue));
  if (register === undefined || value === undefined) return undefined;
  return comparison(registers.get(register), operator, value);
};

const immediate: Writer = (data, { registers }) => {
  const register = numberOf(data.find(1));
  const content = data.find(2);
  const value = bytesOf(content?.find(dataValue));
  if (register === undefined) return undefined;
  if (value === undefined) return verdictText(content?.find(dataVerdict));
  registers.set(register, { kind: 'value', bytes: value });
  return '';
};

const lookUp: Writer = (data, { registers, setOf }) => {
  const [from, into] = [lookup.from, lookup.into].map((type) => numberOf(data.find(type)));
  const set = setOf(textOf(data.find(lookup.set)) ?? '');
  const key = set && from !== undefined ? registers.key(from, set.keyParts) : undefined;
  if (set === undefined || key === undefined) return undefined;
  const isInverse = (numberOf(data.find(lookup.flags)) ?? 0) !== 0;
  if (into === undefined) return `${key} ${isInverse ? '!= ' : ''}${set.text}`;
  if (into === verdictRegister) return `${key} vmap ${set.text}`;
  registers.set(into, { kind: 'result', text: `${key} map ${set.text}`, lengths: set.dataLengths });
  return '';
};

const verdictRegister = 0;

const number: Writer = (data, { registers }) => {
  const [register, modulus, type, offset] = [1, 2, 3, 4].map((attribute) => numberOf(data.find(attribute)));
  if (register === undefined || modulus === undefined || offset !== 0) return undefined;
  const text = `numgen ${type === 0 ? 'inc' : 'random'} mod ${modulus}`;
  registers.set(register, { kind: 'result', text, lengths: [4] });
  return '';
};

const nat: Writer = (data, { family, registers }) => {
  const [type, , address, lastAddress, port, lastPort, flags = 0] = [1, 2, 3, 4, 5, 6, 7].map((attribute) =>
    numberOf(data.find(attribute)),
  );
  const isRange = lastAddress !== address || lastPort !== port;
  if (address === undefined || isRange || (flags & ~impliedFlags) !== 0) return undefined;
  const statement = type === 0 ? 'snat' : 'dnat';
  const to = registers.get(address);
  if (to?.kind === 'result') {
    const [length = 0, ...more] = to.lengths;
    const fits = port === undefined ? more.length === 0 : more.length === 1 && follows(address, length, port);
    return fits ? `${statement} ${family} to ${to.text}` : undefined;
  }
  const addressText =
    to?.kind === 'value' ? valueText(family === 'ip' ? 'ipv4_addr' : 'ipv6_addr', to.bytes) : undefined;
  if (addressText === undefined || port === undefined) return addressText && `${statement} to ${addressText}`;
  const value = registers.get(port);
  const portText = value?.kind === 'value' ? valueText('inet_service', value.bytes) : undefined;
  return portText && `${statement} to ${family === 'ip' ? addressText : `[${addressText}]`}:${portText}`;
};

/** The kernel sets these itself: there is an address, there is a port. */
const impliedFlags = 3;

const masquerade: Writer = (data) => {
  if (data.find(2) !== undefined) return undefined;
  const flags = numberOf(data.find(1)) ?? 0;
  return flags === 0 ? 'masquerade' : flags === 16 ? 'masquerade fully-random' : undefined;
};

/** Unreachable ports are what nft rejects with unless told otherwise. */
const reject: Writer = (data, { family }) => {
  const [type, code] = [numberOf(data.find(1)), bytesOf(data.find(2))?.[0]];
  return type === 0 && code === (family === 'ip' ? 3 : 4) ? 'reject' : undefined;
};

const remember: Writer = (data, { registers, setOf }) => {
  const name = textOf(data.find(1)) ?? '';
  const [operation, from] = [3, 4].map((type) => numberOf(data.find(type)));
  const isPlain = [5, 7, 9, 10].every(
    (type) => data.find(type) === undefined || numberOf(data.find(type)) === 0,
  );
  const timeout = bytesOf(data.find(6))?.readBigUInt64BE(0) ?? 0n;
  const set = setOf(name);
  const key = set && from !== undefined ? registers.key(from, set.keyParts) : undefined;
  if (key === undefined || !isPlain || (operation !== 0 && operation !== 1)) return undefined;
  return `${operation === 0 ? 'add' : 'update'} @${name} { ${key}${timeout === 0n ? '' : ` timeout ${timeText(timeout)}`} }`;
};

/** As nft writes milliseconds: `1d2h`. */
function timeText(milliseconds: bigint): string {
  const units = [
    [milliseconds / 86_400_000n, 'd'],
    [(milliseconds / 3_600_000n) % 24n, 'h'],
    [(milliseconds / 60_000n) % 60n, 'm'],
    [(milliseconds / 1000n) % 60n, 's'],
    [milliseconds % 1000n, 'ms'],
  ] as const;
  return units.map(([count, unit]) => (count === 0n ? '' : `${count}${unit}`)).join('');
}

const counter: Writer = (data) => {
  const [bytes = 0n, packets = 0n] = [1, 2].map((type) => bytesOf(data.find(type))?.readBigUInt64BE(0));
  return `counter packets ${packets} bytes ${bytes}`;
};

/** By the names of the kernel's expressions; numbers of their attributes stand in linux/netfilter/nf_tables.h. */
const writers: ReadonlyMap<string, Writer> = new Map([
  ['payload', loadPayload],
  ['meta', meta],
  ['ct', loadConntrack],
  ['fib', loadRoute],
  ['bitwise', bitwise],
  ['cmp', compare],
  ['immediate', immediate],
  ['lookup', lookUp],
  ['numgen', number],
  ['nat', nat],
  ['masq', masquerade],
  ['reject', reject],
  ['dynset', remember],
  ['counter', counter],
]);

const ruleAttributes = { expressions: 4, userData: 7 };
const listElement = 1;
const expression = { name: 1, data: 2 };
const lookup = { set: 1, from: 2, into: 3, flags: 5 };
const [dataValue, dataVerdict] = [1, 2];
