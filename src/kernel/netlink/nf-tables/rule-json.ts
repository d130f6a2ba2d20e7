import { isObject, type Json } from '../../../rules-text/nft/json/json-values.ts';
import { type Attributes, bytesOf, hostNumberAt, textOf } from '../netlink-attributes.ts';
import { numberOf } from './attributes.ts';
import {
  dataAttributes,
  expressionAttributes,
  listElement,
  lookupAttributes,
  ruleAttributes,
} from './kernel-numbers.ts';
import { comparison, type Field, follows, Registers } from './registers.ts';
import { commentIn } from './user-data.ts';
import { lengthOf, type ValueType, valueJson } from './value-bytes.ts';
import { verdictJson } from './verdict.ts';

/** A set or map that a rule looks into: one with a name, or one that stands in the rule. */
export interface LookedIn {
  /** `@service-ips`, or its elements. */
  readonly json: Json;
  readonly keyParts: number;
  /** Bytes of each part of what a map gives; empty of sets and verdict maps. */
  readonly dataLengths: readonly number[];
}

/** The names of the sets that a rule looks into. */
export function setsOf(rule: Attributes): readonly string[] {
  return expressionsOf(rule).flatMap(({ name, data }) =>
    name === 'lookup' ? (textOf(data.find(lookupAttributes.set)) ?? []) : [],
  );
}

/** A rule as nft's JSON has it. */
export interface RuleJson {
  readonly statements: readonly Json[];
  /** Empty where it has none. */
  readonly comment: string;
}

/**
 * A rule of a table of family ip or ip6, from the expressions of the kernel's answer. `undefined` where one of them is not
 * known here: the forms are those that Service proxies use.
 */
export function ruleJson(
  rule: Attributes,
  family: 'ip' | 'ip6',
  setOf: (name: string) => LookedIn | undefined,
): RuleJson | undefined {
  const statements: Json[] = [];
  const context: Context = { family, registers: new Registers(), statements, setOf };
  for (const { name, data } of expressionsOf(rule)) {
    const statement = readers.get(name)?.(data, context);
    if (statement === undefined) return undefined;
    if (statement !== 'none') statements.push(statement);
  }
  return { statements, comment: commentIn(bytesOf(rule.find(ruleAttributes.userData))) };
}

interface Context {
  readonly family: 'ip' | 'ip6';
  readonly registers: Registers;
  /** Those up to here. */
  readonly statements: Json[];
  setOf(name: string): LookedIn | undefined;
}

/** The statement that an expression is: `none` where it only fills a register, `undefined` where it is not known. */
type Reader = (data: Attributes, context: Context) => Json | 'none' | undefined;

interface Expression {
  readonly name: string;
  readonly data: Attributes;
}

function expressionsOf(rule: Attributes): readonly Expression[] {
  const list = rule.find(ruleAttributes.expressions);
  return (list === undefined ? [] : list.all(listElement)).flatMap((one) => {
    const [name, data] = [textOf(one.find(expressionAttributes.name)), one.find(expressionAttributes.data)];
    return name === undefined || data === undefined ? [] : [{ name, data }];
  });
}

const loadPayload: Reader = (data, { family, registers, statements }) => {
  const [register, base, offset, length] = [1, 2, 3, 4].map((type) => numberOf(data.find(type)));
  const place = payloadFields[family].find((one) => one.base === base && one.offset === offset);
  if (register === undefined || length === undefined || place === undefined) return undefined;
  const { name, type } = place;
  if (length > lengthOf(type)) return undefined;
  const protocol = base === transportHeader ? takeProtocol(statements) : family;
  registers.set(register, { kind: 'field', json: { payload: { protocol, field: name } }, type, length });
  return 'none';
};

/** Where the rule has asked for the protocol, nft names that in place of `th`, and not once more before. */
function takeProtocol(statements: Json[]): Json {
  const at = statements.findLastIndex((statement) => protocolAsked(statement) !== undefined);
  const [statement] = at === -1 ? [] : statements.splice(at, 1);
  return protocolAsked(statement) ?? 'th';
}

function protocolAsked(statement: Json | undefined): Json | undefined {
  const match = isObject(statement) ? statement.match : undefined;
  if (!isObject(match) || match.left !== protocol.json || match.op !== '==') return undefined;
  return ['tcp', 'udp', 'sctp'].find((name) => name === match.right);
}

const transportHeader = 2;

interface PayloadField {
  readonly base: number;
  readonly offset: number;
  readonly name: string;
  readonly type: ValueType;
}

const ports: readonly PayloadField[] = [
  { base: 2, offset: 0, name: 'sport', type: 'inet_service' },
  { base: 2, offset: 2, name: 'dport', type: 'inet_service' },
];

const payloadFields: Readonly<Record<'ip' | 'ip6', readonly PayloadField[]>> = {
  ip: [
    ...ports,
    { base: 1, offset: 12, name: 'saddr', type: 'ipv4_addr' },
    { base: 1, offset: 16, name: 'daddr', type: 'ipv4_addr' },
  ],
  ip6: [
    ...ports,
    { base: 1, offset: 8, name: 'saddr', type: 'ipv6_addr' },
    { base: 1, offset: 24, name: 'daddr', type: 'ipv6_addr' },
  ],
};

const meta: Reader = (data, { registers }) => {
  const [into, key, from] = [1, 2, 3].map((type) => numberOf(data.find(type)));
  const loaded = metaFields.get(key ?? -1);
  if (loaded === undefined) return undefined;
  if (into !== undefined) {
    registers.set(into, loaded);
    return 'none';
  }
  const operand = from === undefined ? undefined : registers.get(from);
  if (loaded !== mark) return undefined;
  if (operand?.kind === 'value') return { mangle: { key: mark.json, value: hostNumberAt(operand.bytes, 0) } };
  if (operand?.kind !== 'masked' || operand.field !== mark) return undefined;
  const change = bitChange(hostNumberAt(operand.mask, 0), hostNumberAt(operand.xor, 0));
  return change && { mangle: { key: mark.json, value: change } };
};

/** The kernel has `value & mask ^ xor` for all three operators. */
function bitChange(mask: number, xor: number): Json | undefined {
  if (mask === ~xor >>> 0) return { '|': [mark.json, xor] };
  if (mask === 0xffffffff) return { '^': [mark.json, xor] };
  return xor === 0 ? { '&': [mark.json, mask] } : undefined;
}

function field(json: Json, type: ValueType): Field {
  return { kind: 'field', json, type, length: lengthOf(type) };
}

const mark = field({ meta: { key: 'mark' } }, 'mark');
const protocol = field({ meta: { key: 'l4proto' } }, 'inet_proto');
const metaFields: ReadonlyMap<number, Field> = new Map([
  [3, mark],
  [6, field({ meta: { key: 'iifname' } }, 'ifname')],
  [7, field({ meta: { key: 'oifname' } }, 'ifname')],
  [16, protocol],
]);

const conntrackFields: ReadonlyMap<number, Field> = new Map([
  [0, field({ ct: { key: 'state' } }, 'ct_state')],
  [2, field({ ct: { key: 'status' } }, 'ct_status')],
]);

const loadConntrack: Reader = (data, { registers }) => {
  const [register, key] = [1, 2].map((type) => numberOf(data.find(type)));
  const loaded = conntrackFields.get(key ?? -1);
  if (register === undefined || loaded === undefined) return undefined;
  registers.set(register, loaded);
  return 'none';
};

const loadRoute: Reader = (data, { registers }) => {
  const [register, result, flags] = [1, 2, 3].map((type) => numberOf(data.find(type)));
  const side = flags === 1 ? 'saddr' : flags === 2 ? 'daddr' : undefined;
  const addressType = 3;
  if (register === undefined || result !== addressType || side === undefined) return undefined;
  registers.set(register, field({ fib: { result: 'type', flags: [side] } }, 'fib_addrtype'));
  return 'none';
};

const bitwise: Reader = (data, { registers }) => {
  const [from, into] = [1, 2].map((type) => numberOf(data.find(type)));
  const [mask, xor] = [4, 5].map((type) => bytesOf(data.find(type)?.find(dataAttributes.value)));
  const operand = from === undefined ? undefined : registers.get(from);
  if (into === undefined || mask === undefined || xor === undefined || operand?.kind !== 'field')
    return undefined;
  registers.set(into, { kind: 'masked', field: operand, mask, xor });
  return 'none';
};

const compare: Reader = (data, { registers }) => {
  const [register, operator] = [1, 2].map((type) => numberOf(data.find(type)));
  const value = bytesOf(data.find(3)?.find(dataAttributes.value));
  if (register === undefined || value === undefined) return undefined;
  return comparison(registers.get(register), operator, value);
};

const immediate: Reader = (data, { registers }) => {
  const register = numberOf(data.find(1));
  const content = data.find(2);
  const value = bytesOf(content?.find(dataAttributes.value));
  if (register === undefined) return undefined;
  if (value === undefined) return verdictJson(content?.find(dataAttributes.verdict));
  registers.set(register, { kind: 'value', bytes: value });
  return 'none';
};

const lookUp: Reader = (data, { registers, setOf }) => {
  const [from, into] = [lookupAttributes.from, lookupAttributes.into].map((type) =>
    numberOf(data.find(type)),
  );
  const set = setOf(textOf(data.find(lookupAttributes.set)) ?? '');
  const key = set && from !== undefined ? registers.key(from, set.keyParts) : undefined;
  if (set === undefined || key === undefined) return undefined;
  const isInverse = (numberOf(data.find(lookupAttributes.flags)) ?? 0) !== 0;
  if (into === undefined) return { match: { op: isInverse ? '!=' : '==', left: key, right: set.json } };
  if (into === verdictRegister) return { vmap: { key, data: set.json } };
  registers.set(into, { kind: 'result', json: { map: { key, data: set.json } }, lengths: set.dataLengths });
  return 'none';
};

const verdictRegister = 0;

const number: Reader = (data, { registers }) => {
  const [register, modulus, type, offset] = [1, 2, 3, 4].map((attribute) => numberOf(data.find(attribute)));
  if (register === undefined || modulus === undefined || offset !== 0) return undefined;
  const json = { numgen: { mode: type === 0 ? 'inc' : 'random', mod: modulus } };
  registers.set(register, { kind: 'result', json, lengths: [4] });
  return 'none';
};

/** Of one field of the packet: the only form of jhash that is known here. */
const hash: Reader = (data, { registers }) => {
  const [from, into, length, modulus, seed, offset = 0, type = 0] = [1, 2, 3, 4, 5, 6, 7].map((attribute) =>
    numberOf(data.find(attribute)),
  );
  const operand = from === undefined ? undefined : registers.get(from);
  if (into === undefined || modulus === undefined || offset !== 0 || type !== 0) return undefined;
  if (operand?.kind !== 'field' || operand.length !== length) return undefined;
  const json = { jhash: { mod: modulus, ...(seed !== undefined && { seed }), expr: operand.json } };
  registers.set(into, { kind: 'result', json, lengths: [4] });
  return 'none';
};

const range: Reader = (data, { registers }) => {
  const [register, operator] = [1, 2].map((type) => numberOf(data.find(type)));
  const [first, last] = [3, 4].map((type) => bytesOf(data.find(type)?.find(dataAttributes.value)));
  const operand = register === undefined ? undefined : registers.get(register);
  if (operand?.kind !== 'field' || first === undefined || last === undefined) return undefined;
  const ends = [valueJson(operand.type, first), valueJson(operand.type, last)];
  const known = ends.filter((end) => end !== undefined);
  if (known.length < ends.length) return undefined;
  return { match: { op: operator === 0 ? '==' : '!=', left: operand.json, right: { range: known } } };
};

const nat: Reader = (data, { family, registers }) => {
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
    return fits ? { [statement]: { family, addr: to.json } } : undefined;
  }
  const addr =
    to?.kind === 'value' ? valueJson(family === 'ip' ? 'ipv4_addr' : 'ipv6_addr', to.bytes) : undefined;
  if (addr === undefined || port === undefined) return addr && { [statement]: { addr } };
  const value = registers.get(port);
  const portJson = value?.kind === 'value' ? valueJson('inet_service', value.bytes) : undefined;
  return portJson === undefined ? undefined : { [statement]: { addr, port: portJson } };
};

/** The kernel sets these itself: there is an address, there is a port. */
const impliedFlags = 3;

const masquerade: Reader = (data) => {
  if (data.find(2) !== undefined) return undefined;
  const flags = numberOf(data.find(1)) ?? 0;
  if (flags === 0) return { masquerade: null };
  return flags === fullyRandom ? { masquerade: { flags: 'fully-random' } } : undefined;
};

/** NF_NAT_RANGE_PROTO_RANDOM_FULLY. */
const fullyRandom = 16;

/** Unreachable ports are what nft rejects with by default. */
const reject: Reader = (data, { family }) => {
  const [type, code] = [numberOf(data.find(1)), bytesOf(data.find(2))?.[0]];
  return type === 0 && code === (family === 'ip' ? 3 : 4) ? { reject: null } : undefined;
};

const remember: Reader = (data, { registers, setOf }) => {
  const name = textOf(data.find(1)) ?? '';
  const [operation, from] = [3, 4].map((type) => numberOf(data.find(type)));
  const isPlain = [5, 7, 9, 10].every(
    (type) => data.find(type) === undefined || numberOf(data.find(type)) === 0,
  );
  const timeout = bytesOf(data.find(6))?.readBigUInt64BE(0) ?? 0n;
  const set = setOf(name);
  const key = set && from !== undefined ? registers.key(from, set.keyParts) : undefined;
  if (key === undefined || !isPlain || (operation !== 0 && operation !== 1)) return undefined;
  const elem = timeout === 0n ? key : { elem: { val: key, timeout: Number(timeout) / 1000 } };
  return { set: { op: operation === 0 ? 'add' : 'update', elem, set: `@${name}` } };
};

const counter: Reader = (data) => {
  const [bytes = 0n, packets = 0n] = [1, 2].map((type) => bytesOf(data.find(type))?.readBigUInt64BE(0));
  return { counter: { packets: Number(packets), bytes: Number(bytes) } };
};

/** By the names of the kernel's expressions; numbers of their attributes stand in linux/netfilter/nf_tables.h. */
const readers: ReadonlyMap<string, Reader> = new Map([
  ['payload', loadPayload],
  ['meta', meta],
  ['ct', loadConntrack],
  ['fib', loadRoute],
  ['bitwise', bitwise],
  ['cmp', compare],
  ['immediate', immediate],
  ['lookup', lookUp],
  ['numgen', number],
  ['hash', hash],
  ['range', range],
  ['nat', nat],
  ['masq', masquerade],
  ['reject', reject],
  ['dynset', remember],
  ['counter', counter],
]);
