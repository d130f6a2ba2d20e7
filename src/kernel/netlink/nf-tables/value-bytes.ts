import { type DataType, dataType } from '../../../rules-text/nft/expression/data-types.ts';
import type { Json } from '../../../rules-text/nft/json/json-values.ts';
import type { Scalar } from '../../../rules-text/rule.ts';
import { isLittle } from '../netlink-attributes.ts';

/** How many bytes a value has, and in which order: what stands in packets is in that of the network. */
interface Form {
  readonly length: number;
  readonly order: 'network' | 'host' | 'text';
}

/** By nft's names of the types. */
const forms = {
  ipv4_addr: { length: 4, order: 'network' },
  ipv6_addr: { length: 16, order: 'network' },
  inet_proto: { length: 1, order: 'network' },
  inet_service: { length: 2, order: 'network' },
  mark: { length: 4, order: 'host' },
  // Of numgen and the hashes; no other integer can be the key of a set without another name.
  integer: { length: 4, order: 'host' },
  ct_state: { length: 4, order: 'host' },
  ct_status: { length: 4, order: 'host' },
  fib_addrtype: { length: 4, order: 'host' },
  ifname: { length: 16, order: 'text' },
} as const satisfies Readonly<Record<string, Form>>;

/** The types of values that are known in the kernel's form. */
export type ValueType = keyof typeof forms;

export function isValueType(name: string): name is ValueType {
  return Object.hasOwn(forms, name);
}

/** The type with this number in nft (enum datatypes); `undefined` of one that is not known here. */
export function valueType(number: number): ValueType | undefined {
  return typeNumbers.get(number);
}

const typeNumbers: ReadonlyMap<number, ValueType> = new Map([
  [4, 'integer'],
  [7, 'ipv4_addr'],
  [8, 'ipv6_addr'],
  [12, 'inet_proto'],
  [13, 'inet_service'],
  [19, 'mark'],
  [41, 'ifname'],
]);

/** The number of a type in nft, which the kernel keeps for it. */
export function typeNumber(type: ValueType): number {
  const found = [...typeNumbers].find(([, name]) => name === type);
  if (found === undefined) throw new RangeError(`no set of ours has keys of type ${type}`);
  return found[0];
}

/** The numbers of the parts of a concatenation: nft has 6 bits for each, the first part in the highest. */
export function partNumbers(concatenated: number): readonly number[] {
  const parts: number[] = [];
  for (let left = concatenated; left > 0; left = Math.floor(left / 64)) parts.unshift(left % 64);
  return parts;
}

/** The number of a concatenation of these types. */
export function concatenatedNumber(types: readonly ValueType[]): number {
  return types.reduce((sum, type) => sum * 64 + typeNumber(type), 0);
}

/** In bytes. */
export function lengthOf(type: ValueType): number {
  return forms[type].length;
}

/** Of a key or data of these parts, in bytes. */
export function lengthOfParts(types: readonly ValueType[]): number {
  const [only, ...others] = types;
  if (only !== undefined && others.length === 0) return lengthOf(only);
  return types.reduce((sum, type) => sum + aligned(lengthOf(type)), 0);
}

/** Each part of a concatenation fills whole registers of 4 bytes. */
export function aligned(length: number): number {
  return (length + 3) & ~3;
}

/** A key of a set as the kernel has it in its registers; `undefined` where a part has a type that is not known here. */
export function keyBytes(key: readonly Scalar[], types: readonly DataType[]): Uint8Array | undefined {
  const known = types.map(({ name }) => name).filter(isValueType);
  return known.length === types.length ? valueBytes(key, known) : undefined;
}

/** A value as the kernel has it in its registers: a scalar a part. `undefined` where it is none of these types. */
export function valueBytes(value: readonly Scalar[], types: readonly ValueType[]): Uint8Array | undefined {
  if (value.length !== types.length) return undefined;
  const parts: Uint8Array[] = [];
  for (const [at, type] of types.entries()) {
    const bytes = partBytes(value[at], forms[type]);
    if (bytes === undefined) return undefined;
    parts.push(bytes);
  }
  return parts.length === 1
    ? parts[0]
    : Buffer.concat(parts.map((part) => Buffer.concat([part], aligned(part.length))));
}

/** The value of such bytes: a scalar a part. `undefined` where they are not of these types. */
export function valueOfBytes(bytes: Buffer, types: readonly DataType[]): readonly Scalar[] | undefined {
  const values: Scalar[] = [];
  let at = 0;
  for (const { name } of types) {
    const length = isValueType(name) ? lengthOf(name) : 0;
    if (!isValueType(name) || at + length > bytes.length) return undefined;
    values.push(scalarOf(bytes.subarray(at, at + length), forms[name]));
    at += types.length === 1 ? length : aligned(length);
  }
  return at === bytes.length ? values : undefined;
}

/** A value as nft's JSON has it; `undefined` where these bytes are no known value of the type. */
export function valueJson(type: ValueType, bytes: Buffer): Json | undefined {
  if (bytes.length !== lengthOf(type)) return undefined;
  const scalar = scalarOf(bytes, forms[type]);
  if (typeof scalar === 'string') return scalar;
  if (type === 'inet_service' || type === 'mark' || type === 'integer') return Number(scalar);
  const text = dataType(type).format(scalar);
  // Several flags at once are asked for in other forms.
  return isNamed.has(type) && !/^[a-z-]+$/.test(text) ? undefined : text;
}

/** A value as nft lists it in an element. */
export function valueText(type: ValueType, bytes: Buffer): string {
  return dataType(type).format(scalarOf(bytes, forms[type]));
}

const isNamed: ReadonlySet<ValueType> = new Set(['ct_state', 'ct_status', 'fib_addrtype']);

/** Whether its bytes are in the machine's own order. */
export function isOfHost(type: ValueType): boolean {
  return forms[type].order === 'host';
}

export function isAddress(type: ValueType): boolean {
  return type === 'ipv4_addr' || type === 'ipv6_addr';
}

function partBytes(value: Scalar | undefined, { length, order }: Form): Uint8Array | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return order === 'text' ? textBytes(value, length) : undefined;
  if (order === 'text' || value < 0n || value >= 1n << BigInt(8 * length)) return undefined;
  const bytes = Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex');
  return isReversed(order) ? bytes.reverse() : bytes;
}

function scalarOf(bytes: Buffer, { order }: Form): Scalar {
  if (order === 'text') return bytes.toString('utf8').replace(/\0.*$/s, '');
  const ordered = isReversed(order) ? Buffer.from(bytes).reverse() : bytes;
  return BigInt(`0x${ordered.toString('hex')}`);
}

function isReversed(order: Form['order']): boolean {
  return order === 'host' && isLittle;
}

function textBytes(text: string, length: number): Uint8Array | undefined {
  const bytes = Buffer.from(text);
  return bytes.length < length ? Buffer.concat([bytes], length) : undefined;
}
