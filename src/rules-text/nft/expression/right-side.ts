import type { Expression, Test } from '../../rule.ts';
import type { Words } from '../words.ts';
import type { DataType } from './data-types.ts';
import { isUnknown, type TypedExpression } from './expression.ts';
import { parsePattern } from './patterns.ts';
import { readElementsOf } from './read-expression.ts';

type Operator = (Test & { kind: 'compare' })['operator'];

/** What a match asks, and of what: of `tcp flags syn / syn,ack` the flags are taken out of the field first. */
export interface Question {
  readonly value: Expression;
  readonly test: Test;
}

/** Reads what follows the left side of a match. `undefined` where it has no known form; the words are taken all the same. */
export function readQuestion(words: Words, left: TypedExpression): Question | undefined {
  const operator = readOperator(words);
  const negated = operator === '!=' || operator === '!';
  if (words.next.startsWith('@') || words.nextIs('{')) {
    const elements = readElementsOf(words, left.types, undefined);
    return elements && { value: left.expression, test: { kind: 'in', negated, elements } };
  }
  const parts = readParts(words);
  const [text = '', mask] = parts;
  const [type] = left.types;
  if (type === undefined || isUnknown(left.expression)) return undefined;
  if (left.types.length > 1) return compareParts(left, operator, text);
  if (mask !== undefined) return compareMasked(left, operator, [text, mask], type);
  const isOfBits = operator === 'implicit' && type.isBitmask && left.expression.kind !== 'bits';
  if (operator === '!' || isOfBits) {
    const bits = type.parse(text);
    if (typeof bits !== 'bigint') return undefined;
    return { value: left.expression, test: { kind: 'any-bit', negated, bits } };
  }
  return comparePattern(left.expression, operator === 'implicit' ? '==' : operator, text, type);
}

function readOperator(words: Words): Operator | '!' | 'implicit' {
  for (const operator of ['==', '!=', '<=', '>=', '<', '>', '!'] as const) {
    if (words.takeIf(operator)) return operator;
  }
  for (const [word, operator] of spellings) if (words.takeIf(word)) return operator;
  return 'implicit';
}

const spellings = [
  ['eq', '=='],
  ['ne', '!='],
  ['lt', '<'],
  ['gt', '>'],
  ['le', '<='],
  ['ge', '>='],
] as const;

/** The value, with all its flags, and after ` / ` the mask. */
function readParts(words: Words): readonly string[] {
  const parts: string[] = [];
  do parts.push(readValueText(words));
  while (words.takeIf('/'));
  return parts;
}

/** `established,related`, `syn | ack`, `(syn | ack)`, `1.1.1.1 . 80`, `"10:00"-"12:00"`. */
function readValueText(words: Words): string {
  const place = words.place;
  if (words.takeIf('(')) {
    while (!words.takeIf(')')) words.take();
    return words.textSince(place).slice(1, -1).trim();
  }
  words.take();
  for (;;) {
    if (words.takeIf(',', '|', '.')) words.take();
    else if (words.nextIs('-') || (!words.nextIsQuoted && /^-./.test(words.next))) takeRangeEnd(words);
    else return words.textSince(place);
  }
}

function takeRangeEnd(words: Words): void {
  if (words.take() === '-') words.take();
}

/** `syn / fin,syn,rst`: of these flags only those are set. */
function compareMasked(
  left: TypedExpression,
  operator: Operator | '!' | 'implicit',
  [text, mask]: readonly [string, string],
  type: DataType,
): Question | undefined {
  const [value, bits] = [type.parse(text), type.parse(mask)];
  if (value === undefined || bits === undefined || operator === '!') return undefined;
  const masked: Expression = {
    kind: 'bits',
    operator: '&',
    left: left.expression,
    right: { kind: 'value', value: bits },
  };
  return compare(masked, operator === 'implicit' ? '==' : operator, { kind: 'value', value });
}

function compareParts(
  left: TypedExpression,
  operator: Operator | '!' | 'implicit',
  text: string,
): Question | undefined {
  const patterns = text.split(' . ').map((part, at) => {
    const type = left.types[at];
    return type && parsePattern(part, type);
  });
  const key = patterns.flatMap((pattern) => (pattern === undefined ? [] : [pattern]));
  const isEquality = operator === 'implicit' || operator === '==' || operator === '!=';
  if (!isEquality || key.length !== left.types.length) return undefined;
  const elements = { kind: 'inline', elements: [{ key, comment: '' }] } as const;
  return { value: left.expression, test: { kind: 'in', negated: operator === '!=', elements } };
}

function comparePattern(
  left: Expression,
  operator: Operator,
  text: string,
  type: DataType,
): Question | undefined {
  const pattern = parsePattern(text, type);
  if (pattern === undefined) return undefined;
  if (typeof pattern !== 'object') return compare(left, operator, { kind: 'value', value: pattern });
  if (operator !== '==' && operator !== '!=') return undefined;
  const elements = { kind: 'inline', elements: [{ key: [pattern], comment: '' }] } as const;
  return { value: left, test: { kind: 'in', negated: operator === '!=', elements } };
}

function compare(value: Expression, operator: Operator, right: Expression): Question {
  return { value, test: { kind: 'compare', operator, with: right } };
}
