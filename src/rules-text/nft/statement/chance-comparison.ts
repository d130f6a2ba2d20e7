import type { Expression, Statement, Test } from '../../rule.ts';
import type { Question } from '../expression/right-side.ts';

/** The part of the packets for which a number at random, or the next in turn, is so. `undefined` of other questions. */
export function chanceOf({ value, test }: Question): (Statement & { kind: 'chance' }) | undefined {
  if (test.kind !== 'compare' || test.with.kind !== 'value' || typeof test.with.value !== 'bigint')
    return undefined;
  const range = rangeOf(value);
  if (range === undefined) return undefined;
  const below = Number(test.with.value) - range.offset;
  return { kind: 'chance', probability: share(test.operator, below, range.modulus) };
}

/** Only the lowest bits of `meta random & 0x7fffffff` are left: as many numbers as that, each as often. */
function rangeOf(value: Expression): { readonly modulus: number; readonly offset: number } | undefined {
  if (value.kind === 'number') return value.method === 'hash' ? undefined : value;
  if (value.kind !== 'bits' || value.operator !== '&' || value.right.kind !== 'value') return undefined;
  const { left, right } = value;
  const size = typeof right.value === 'bigint' ? Number(right.value) + 1 : 0;
  const isWhole =
    left.kind === 'number' && left.method === 'random' && left.offset === 0 && isPowerOfTwo(size);
  return isWhole && left.modulus % size === 0 ? { modulus: size, offset: 0 } : undefined;
}

function isPowerOfTwo(number: number): boolean {
  return number > 0 && Number.isInteger(Math.log2(number));
}

/** Of `modulus` numbers, `below` are less than the one that they are compared with. */
function share(operator: (Test & { kind: 'compare' })['operator'], below: number, modulus: number): number {
  const less = clamp(below / modulus);
  const lessOrEqual = clamp((below + 1) / modulus);
  switch (operator) {
    case '<':
      return less;
    case '<=':
      return lessOrEqual;
    case '>':
      return 1 - lessOrEqual;
    case '>=':
      return 1 - less;
    case '==':
      return lessOrEqual - less;
    case '!=':
      return 1 - (lessOrEqual - less);
  }
}

function clamp(part: number): number {
  return Math.min(1, Math.max(0, part));
}
