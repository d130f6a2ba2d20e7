import type { DataType } from '../../../rules-text/nft/expression/data-types.ts';
import type { Scalar } from '../../../rules-text/rule.ts';
import { isLittle } from '../netlink-attributes.ts';

/**
 * A key of a set as the kernel has it in its registers; `undefined` where a part has a type that is not known here. Each
 * part of a concatenation fills whole registers of 4 bytes.
 */
export function keyBytes(key: readonly Scalar[], types: readonly DataType[]): Uint8Array | undefined {
  if (key.length !== types.length) return undefined;
  const parts: Uint8Array[] = [];
  for (const [at, type] of types.entries()) {
    const bytes = partBytes(key[at], type);
    if (bytes === undefined) return undefined;
    parts.push(bytes);
  }
  return parts.length === 1 ? parts[0] : Buffer.concat(parts.map(padded));
}

/** The value of such bytes: a scalar a part. `undefined` where they are not of these types. */
export function valueOfBytes(bytes: Buffer, types: readonly DataType[]): readonly Scalar[] | undefined {
  const values: Scalar[] = [];
  let at = 0;
  for (const { name } of types) {
    const form = forms.get(name);
    if (form === undefined || at + form.length > bytes.length) return undefined;
    values.push(readForm(bytes.subarray(at, at + form.length), form));
    at += types.length === 1 ? form.length : padding(form.length);
  }
  return at === bytes.length ? values : undefined;
}

/** How many bytes a value has, and in which order: what stands in packets is in that of the network. */
interface Form {
  readonly length: number;
  readonly order: 'network' | 'host' | 'text';
}

const forms: ReadonlyMap<string, Form> = new Map([
  ['ipv4_addr', { length: 4, order: 'network' }],
  ['ipv6_addr', { length: 16, order: 'network' }],
  ['inet_proto', { length: 1, order: 'network' }],
  ['inet_service', { length: 2, order: 'network' }],
  ['mark', { length: 4, order: 'host' }],
  // Of numgen and the hashes; no other integer can be the key of a set without another name.
  ['integer', { length: 4, order: 'host' }],
  ['ifname', { length: 16, order: 'text' }],
]);

function partBytes(value: Scalar | undefined, { name }: DataType): Uint8Array | undefined {
  const form = forms.get(name);
  if (form === undefined || value === undefined) return undefined;
  if (typeof value === 'string') return form.order === 'text' ? textBytes(value, form.length) : undefined;
  if (form.order === 'text' || value < 0n || value >= 1n << BigInt(8 * form.length)) return undefined;
  const bytes = Buffer.from(value.toString(16).padStart(2 * form.length, '0'), 'hex');
  return isReversed(form) ? bytes.reverse() : bytes;
}

function readForm(bytes: Buffer, form: Form): Scalar {
  if (form.order === 'text') return bytes.toString('utf8').replace(/\0.*$/s, '');
  const ordered = isReversed(form) ? Buffer.from(bytes).reverse() : bytes;
  return BigInt(`0x${ordered.toString('hex')}`);
}

function isReversed({ order }: Form): boolean {
  return order === 'host' && isLittle;
}

function textBytes(text: string, length: number): Uint8Array | undefined {
  const bytes = Buffer.from(text);
  return bytes.length < length ? Buffer.concat([bytes], length) : undefined;
}

function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes], padding(bytes.length));
}

function padding(length: number): number {
  return (length + 3) & ~3;
}
