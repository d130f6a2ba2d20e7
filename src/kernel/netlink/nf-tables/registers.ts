import type { Json } from '../../../rules-text/nft/json/json-values.ts';
import { hostNumberAt, isLittle } from '../netlink-attributes.ts';
import { aligned, isAddress, lengthOf, type ValueType, valueJson } from './value-bytes.ts';

/** What a register of nf_tables holds while a rule is read. `json` is as nft's JSON has it. */
export type Operand =
  /** Something of the packet; of an address perhaps only the first bytes. */
  | { readonly kind: 'field'; readonly json: Json; readonly type: ValueType; readonly length: number }
  | { readonly kind: 'masked'; readonly field: Field; readonly mask: Buffer; readonly xor: Buffer }
  | { readonly kind: 'value'; readonly bytes: Buffer }
  /** What a number or a map gives; `lengths` are those of its parts. */
  | { readonly kind: 'result'; readonly json: Json; readonly lengths: readonly number[] };

export type Field = Extract<Operand, { kind: 'field' }>;

/** The registers, by their first byte: 16 of 4 bytes, of which numbers 1 to 4 mean four each. */
export class Registers {
  readonly #operands = new Map<number, Operand>();

  set(register: number, operand: Operand): void {
    this.#operands.set(firstByte(register), operand);
  }

  get(register: number): Operand | undefined {
    return this.#operands.get(firstByte(register));
  }

  /** So many parts of a key, one behind the other; `undefined` where one is not known. */
  key(register: number, parts: number): Json | undefined {
    const found: Json[] = [];
    for (let at = firstByte(register); found.length < parts; ) {
      const operand = this.#operands.get(at);
      const length = operand && lengthOfPart(operand);
      if (operand === undefined || length === undefined || !('json' in operand)) return undefined;
      found.push(operand.json);
      at += aligned(length);
    }
    return found.length === 1 ? found[0] : { concat: found };
  }
}

/** Of a part of a key, which is whole, and one. */
function lengthOfPart(operand: Operand): number | undefined {
  if (operand.kind === 'field') return operand.length === lengthOf(operand.type) ? operand.length : undefined;
  return operand.kind === 'result' && operand.lengths.length === 1 ? operand.lengths[0] : undefined;
}

/** Whether the second register holds the second part of what the first one begins. */
export function follows(first: number, length: number, second: number): boolean {
  return firstByte(second) === firstByte(first) + aligned(length);
}

/** `ip saddr 10.0.0.0/8`, with `!=` where the operator says so; `undefined` where this is no such comparison. */
export function comparison(
  operand: Operand | undefined,
  operator: number | undefined,
  value: Buffer,
): Json | undefined {
  const op = operator === equal ? '==' : operator === unequal ? '!=' : undefined;
  if (op === undefined) return undefined;
  if (operand?.kind === 'field' && operand.type === 'ifname' && value.length < operand.length)
    return { match: { op, left: operand.json, right: `${value.toString()}*` } };
  if (operand?.kind === 'masked') return maskedComparison(operand, op, value);
  if (operand?.kind !== 'field') return undefined;
  const right = prefixed(operand, value);
  return right === undefined ? undefined : { match: { op, left: operand.json, right } };
}

const [equal, unequal] = [0, 1];

/** Of an address only the first bytes may be asked for. */
function prefixed({ type, length }: Field, value: Buffer): Json | undefined {
  const whole = lengthOf(type);
  if (length === whole) return valueJson(type, value);
  const addr = isAddress(type) ? valueJson(type, Buffer.concat([value], whole)) : undefined;
  return addr && { prefix: { addr, len: 8 * length } };
}

function maskedComparison(
  { field, mask, xor }: Extract<Operand, { kind: 'masked' }>,
  op: '==' | '!=',
  value: Buffer,
): Json | undefined {
  if (xor.some((byte) => byte !== 0)) return undefined;
  if (isAddress(field.type)) {
    const [len, addr] = [prefixLength(mask), valueJson(field.type, value)];
    return len === undefined || addr === undefined
      ? undefined
      : { match: { op, left: field.json, right: { prefix: { addr, len } } } };
  }
  const prefix = field.type === 'mark' ? leadingBits(mask) : undefined;
  if (prefix !== undefined)
    return {
      match: { op, left: field.json, right: { prefix: { addr: hostNumberAt(value, 0), len: prefix } } },
    };
  const bits = valueJson(field.type, mask);
  if (bits === undefined) return undefined;
  if (field.type === 'mark')
    return { match: { op, left: { '&': [field.json, bits] }, right: valueJson(field.type, value) } };
  const isBit = (field.type === 'ct_state' || field.type === 'ct_status') && op === '!=';
  return isBit && value.every((byte) => byte === 0)
    ? { match: { op: 'in', left: field.json, right: bits } }
    : undefined;
}

/** nft 1.0 lists a match of a mark's first bits as a prefix. */
function leadingBits(mask: Buffer): number | undefined {
  return prefixLength(isLittle ? Buffer.from(mask).reverse() : mask);
}

function prefixLength(mask: Buffer): number | undefined {
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined;
}

function firstByte(register: number): number {
  return register < first32 ? (register - 1) * 16 : (register - first32) * 4;
}

/** NFT_REG32_00. */
const first32 = 8;
