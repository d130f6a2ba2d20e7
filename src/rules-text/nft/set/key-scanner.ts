import type { Scalar } from '../../rule.ts';
import type { DataType } from '../expression/data-types.ts';

/**
 * Reads keys where they stand, to a number that is the same for the same key: a hundred thousand elements are indexed
 * without a text or a big number for any of them.
 */
export class KeyScanner {
  /** Of the key that was scanned last. */
  hash = 0;
  /** Where it ended. */
  end = 0;
  readonly #text: string;
  readonly #types: readonly DataType[];

  constructor(text: string, types: readonly DataType[]) {
    this.#text = text;
    this.#types = types;
  }

  /** Whether the key is of values alone: no ranges, no star, nothing that is not known. */
  scan(start: number): boolean {
    this.hash = 0;
    this.end = start;
    for (let part = 0; part < this.#types.length; part += 1) {
      if (part > 0 && !this.#takeSeparator()) return false;
      const type = this.#types[part];
      if (type === undefined || !this.#scanPart(type)) return false;
    }
    return !this.#isSeparator() && this.#types.length > 0;
  }

  #scanPart(type: DataType): boolean {
    const { end, hash } = this;
    if (this.#scanPlain(type) && this.#isAtEnd()) return true;
    this.end = end;
    this.hash = hash;
    return this.#scanToken(type);
  }

  /** Addresses and decimal numbers, as most keys are. */
  #scanPlain({ name, bits }: DataType): boolean {
    if (name === 'ipv4_addr') return this.#scanIpv4();
    if (name === 'ipv6_addr') return this.#scanIpv6();
    return bits > 0 && bits <= 32 && this.#scanDecimal();
  }

  /** Values of other forms, such as `tcp`, `0x1` and `"eth0"`. */
  #scanToken(type: DataType): boolean {
    const start = this.end;
    while (!this.#isAtEnd()) this.end += 1;
    const token = this.#text.slice(start, this.end);
    if (token.endsWith('*') || token.endsWith('*"')) return false;
    const value = type.parse(token);
    if (value === undefined) return false;
    this.hash = hashScalar(this.hash, value, type);
    return true;
  }

  #scanDecimal(): boolean {
    const start = this.end;
    let number = 0;
    for (let code = this.#code(); code >= zero && code <= nine; code = this.#code()) {
      number = number * 10 + code - zero;
      this.end += 1;
    }
    this.hash = mix(this.hash, number);
    return this.end > start && this.end - start < 10;
  }

  #scanIpv4(): boolean {
    let [number, octet, digits, dots] = [0, 0, 0, 0];
    for (; ; this.end += 1) {
      const code = this.#code();
      if (code === dot) {
        number = number * 256 + octet;
        dots += 1;
        octet = 0;
      } else if (code >= zero && code <= nine) {
        octet = octet * 10 + code - zero;
        digits += 1;
      } else break;
    }
    this.hash = mix(this.hash, number * 256 + octet);
    return dots === 3 && digits > 3;
  }

  /** Groups of hexadecimal digits, and once `::` for those that are zero. */
  #scanIpv6(): boolean {
    groups.fill(0);
    let [count, gap, digits, group] = [0, -1, 0, 0];
    for (; ; this.end += 1) {
      const code = this.#code();
      const digit = hexadecimalDigit(code);
      if (digit >= 0) {
        group = group * 16 + digit;
        digits += 1;
      } else if (code === colon) {
        if (digits > 0) groups[count++] = group;
        else if (gap === -1) gap = count;
        [digits, group] = [0, 0];
      } else break;
      if (count > 7) return false;
    }
    if (digits > 0) groups[count++] = group;
    if (gap === -1) return count === 8 && this.#mixGroups();
    // A `::` at the very beginning was seen twice, as it has no group before it.
    groups.copyWithin(8 - (count - gap), gap, count);
    groups.fill(0, gap, 8 - (count - gap));
    return this.#mixGroups();
  }

  #mixGroups(): true {
    for (let at = 0; at < 8; at += 2)
      this.hash = mix(this.hash, (groups[at] ?? 0) * 0x1_0000 + (groups[at + 1] ?? 0));
    return true;
  }

  #code(): number {
    return this.end < this.#text.length ? this.#text.charCodeAt(this.end) : comma;
  }

  #isAtEnd(): boolean {
    const code = this.#code();
    return code === space || code === comma || code === newline || code === brace;
  }

  #isSeparator(): boolean {
    return (
      this.#code() === space && isJoint(this.#text.charCodeAt(this.end + 1)) && this.#isSpaceAt(this.end + 2)
    );
  }

  #takeSeparator(): boolean {
    if (!this.#isSeparator() || this.#text.charCodeAt(this.end + 1) !== dot) return false;
    this.end += 3;
    return true;
  }

  #isSpaceAt(at: number): boolean {
    return this.#text.charCodeAt(at) === space;
  }
}

/** The number of a key, as the scanner finds it in a text. */
export function hashKey(key: readonly Scalar[], types: readonly DataType[]): number {
  let hash = 0;
  for (const [part, scalar] of key.entries()) {
    const type = types[part];
    if (type !== undefined) hash = hashScalar(hash, scalar, type);
  }
  return hash;
}

function hashScalar(before: number, scalar: Scalar, { bits }: DataType): number {
  let hash = before;
  if (typeof scalar === 'string')
    for (let at = 0; at < scalar.length; at += 1) hash = mix(hash, scalar.charCodeAt(at));
  else
    for (let shift = Math.max(0, bits - 32); shift >= 0; shift -= 32)
      hash = mix(hash, Number((scalar >> BigInt(shift)) & 0xffff_ffffn));
  return hash;
}

function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e37_79b1);
  return (product ^ (product >>> 15)) + 1;
}

/** A point between parts, a bar between flags. */
function isJoint(code: number): boolean {
  return code === dot || code === bar;
}

function hexadecimalDigit(code: number): number {
  if (code >= zero && code <= nine) return code - zero;
  const letter = code | 0x20;
  return letter >= letterA && letter <= letterF ? letter - letterA + 10 : -1;
}

const groups = new Uint16Array(8);

const [space, comma, newline, brace, dot, bar, colon] = [0x20, 0x2c, 0x0a, 0x7d, 0x2e, 0x7c, 0x3a];
const [zero, nine, letterA, letterF] = [0x30, 0x39, 0x61, 0x66];
