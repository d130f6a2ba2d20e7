import { isAddress, type ValueType, valueLengths, valueText } from './value-text.ts';

/** What a register of nf_tables holds while a rule is read. */
export type Operand =
  /** Something of the packet; of an address perhaps only the first bytes. */
  | { readonly kind: 'field'; readonly text: string; readonly type: ValueType; readonly length: number }
  | { readonly kind: 'masked'; readonly field: Field; readonly mask: Buffer; readonly xor: Buffer }
  | { readonly kind: 'value'; readonly bytes: Buffer }
  /** What a number or a map gives; `lengths` are those of its parts. */
  | { readonly kind: 'result'; readonly text: string; readonly lengths: readonly number[] };

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
  key(register: number, parts: number): string | undefined {
    const texts: string[] = [];
    for (let at = firstByte(register); texts.length < parts; ) {
      const operand = this.#operands.get(at);
      if (operand?.kind === 'field' && operand.length === valueLengths[operand.type]) {
        texts.push(operand.text);
        at += aligned(operand.length);
      } else if (operand?.kind === 'result' && operand.lengths.length === 1) {
        texts.push(operand.text);
        at += aligned(operand.lengths[0] ?? 0);
      } else return undefined;
    }
    return texts.join(' . ');
  }
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
): string | undefined {
  const sign = operator === equal ? ' ' : operator === unequal ? ' != ' : undefined;
  if (sign === undefined) return undefined;
  if (operand?.kind === 'field') {
    const text = prefixed(operand, value);
    return text === undefined ? undefined : `${operand.text}${sign}${text}`;
  }
  return operand?.kind === 'masked' ? maskedComparison(operand, sign, value) : undefined;
}

const [equal, unequal] = [0, 1];

/** Of an address only the first bytes may be asked for. */
function prefixed({ type, length }: Field, value: Buffer): string | undefined {
  const whole = valueLengths[type];
  if (length === whole) return valueText(type, value);
  const text = isAddress(type) ? valueText(type, Buffer.concat([value], whole)) : undefined;
  return text === undefined ? undefined : `${text}/${8 * length}`;
}

function maskedComparison(
  { field, mask, xor }: Extract<Operand, { kind: 'masked' }>,
  sign: string,
  value: Buffer,
): string | undefined {
  if (xor.some((byte) => byte !== 0)) return undefined;
  const isZero = value.every((byte) => byte === 0);
  if (isAddress(field.type)) {
    const [bits, text] = [prefixLength(mask), valueText(field.type, value)];
    return bits === undefined || text === undefined ? undefined : `${field.text}${sign}${text}/${bits}`;
  }
  const [maskText, text] = [valueText(field.type, mask), valueText(field.type, value)];
  if (field.type === 'mark') return `${field.text} & ${maskText} ${sign === ' ' ? '==' : '!='} ${text}`;
  const isBit = (field.type === 'ct_state' || field.type === 'ct_status') && isZero && sign !== ' ';
  return isBit && maskText !== undefined ? `${field.text} ${maskText}` : undefined;
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

function aligned(length: number): number {
  return (length + 3) & ~3;
}
