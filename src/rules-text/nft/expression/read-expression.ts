import type { Family } from '../../../net/family.ts';
import type { Element, ElementsOf, Expression } from '../../rule.ts';
import type { SetDeclaration } from '../listed-parts.ts';
import { splitElements } from '../set/element-parts.ts';
import { readElement } from '../set/read-element.ts';
import { UnsupportedSyntax, type Words } from '../words.ts';
import { type DataType, dataType, opaque } from './data-types.ts';
import { isUnknown, type Need, type TypedExpression } from './expression.ts';
import { readSelector } from './selectors.ts';

/** Where a rule stands. */
export interface RuleContext {
  readonly family: Family;
  readonly declaration: (set: string) => SetDeclaration | undefined;
  /** Makes a chain of rules that stand within another, and gives it a name. */
  readonly block: (rules: readonly string[]) => string;
}

/** Which values an expression may be: of these types, one a part; or whatever stands there. */
export type Expected = readonly DataType[] | 'any';

/**
 * Reads an expression: fields, values and what is computed of them, concatenated by `.`, and with `map` what a map has for
 * that. Throws `UnsupportedSyntax` where it is none, and at values where none are expected.
 */
export function readExpression(words: Words, context: RuleContext, expected: Expected = []): TypedExpression {
  const start = words.place;
  const key = readConcatenation(words, context, expected);
  if (!words.takeIf('map')) return key;
  const given = readMap(words, key, context, expected);
  if (given !== undefined) return given;
  return { ...key, expression: { kind: 'unknown', text: words.textSince(start) } };
}

/** Reads `@name` or elements in braces. `undefined` where an element has a form that is not known. */
export function readElementsOf(
  words: Words,
  key: readonly DataType[],
  data: readonly DataType[] | 'verdict' | undefined,
): ElementsOf | undefined {
  if (words.next.startsWith('@')) return { kind: 'named', name: words.take().slice(1) };
  const elements: Element[] = [];
  let hasUnsupported = false;
  for (const text of splitElements(words.takeBraces())) {
    const element = readElement(text, key, data);
    if (element === undefined) hasUnsupported = true;
    else elements.push(element);
  }
  return hasUnsupported ? undefined : { kind: 'inline', elements };
}

function readMap(
  words: Words,
  key: TypedExpression,
  { declaration }: RuleContext,
  wanted: Expected,
): TypedExpression | undefined {
  const expected = wanted === 'any' ? [anyType] : wanted;
  const name = words.next.startsWith('@') ? words.next.slice(1) : undefined;
  const declared = name === undefined ? undefined : declaration(name);
  const isAddress = expected.length === 1 && expected[0]?.name.endsWith('_addr') === true;
  // A map within a rule does not say its types, and an address may have a port beside it.
  const possible = isAddress && name === undefined ? [...expected, port] : expected;
  const types = typeof declared?.data === 'object' ? declared.data : possible;
  const map = readElementsOf(words, key.types, types);
  if (map === undefined || declared?.givesRanges === true) return undefined;
  const expression: Expression = isUnknown(key.expression)
    ? { kind: 'unknown', text: `what a map has for ${textOfUnknown(key.expression)}` }
    : { kind: 'map', key: key.expression, map };
  return {
    expression,
    types: map.kind === 'named' ? types : types.slice(0, partsOf(map.elements)),
    needs: key.needs,
  };
}

const port = dataType('inet_service');
const anyType = opaque('');

function partsOf(elements: readonly Element[]): number {
  const data = elements[0]?.data;
  return typeof data === 'object' ? data.length : 1;
}

function textOfUnknown(expression: Expression): string {
  return expression.kind === 'unknown' ? expression.text : 'something unknown';
}

function readConcatenation(words: Words, context: RuleContext, expected: Expected): TypedExpression {
  const typeAt = (part: number) => (expected === 'any' ? anyType : expected[part]);
  const parts = [readBits(words, context, typeAt(0), 0)];
  while (words.takeIf('.')) parts.push(readBits(words, context, typeAt(parts.length), 0));
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return {
    expression: { kind: 'concatenation', parts: parts.map(({ expression }) => expression) },
    types: parts.flatMap(({ types }) => types),
    needs: parts.flatMap(({ needs }) => needs),
  };
}

type BitOperator = (Expression & { kind: 'bits' })['operator'];

/** From those that bind least to those that bind most, in all spellings. */
const operators: readonly Readonly<Record<string, BitOperator>>[] = [
  { '|': '|', or: '|' },
  { '^': '^', xor: '^' },
  { '&': '&', and: '&' },
  { '<<': '<<', lshift: '<<', '>>': '>>', rshift: '>>' },
];

function readBits(
  words: Words,
  context: RuleContext,
  expected: DataType | undefined,
  level: number,
): TypedExpression {
  const ofLevel = operators[level];
  if (ofLevel === undefined) return readPrimary(words, context, expected);
  let left = readBits(words, context, expected, level + 1);
  for (;;) {
    const operator = words.nextIsQuoted ? undefined : ofLevel[words.next];
    if (operator === undefined) return left;
    words.take();
    const isShift = operator === '<<' || operator === '>>';
    const right = readBits(words, context, isShift ? integer : left.types[0], level + 1);
    left = {
      expression: joinBits(operator, left.expression, right.expression),
      types: left.types,
      needs: [...left.needs, ...right.needs],
    };
  }
}

/** Flags are written as `fin | syn`: one value. */
function joinBits(operator: BitOperator, left: Expression, right: Expression): Expression {
  const isValue = left.kind === 'value' && right.kind === 'value' && operator === '|';
  if (isValue && typeof left.value === 'bigint' && typeof right.value === 'bigint')
    return { kind: 'value', value: left.value | right.value };
  return { kind: 'bits', operator, left, right };
}

const integer = dataType('integer');

function readPrimary(words: Words, context: RuleContext, expected: DataType | undefined): TypedExpression {
  if (words.takeIf('(')) {
    const inner = readBits(words, context, expected, 0);
    words.expect(')');
    return inner;
  }
  if (words.takeIf('numgen')) return readNumberGenerator(words);
  if (words.takeIf('jhash')) return readHash(words, readConcatenation(words, context, []));
  if (words.takeIf('symhash')) return readHash(words, undefined);
  const start = words.place;
  const selector = readSelector(words, context.family);
  if (selector === undefined) return readValue(words, expected);
  const { field, type } = selector;
  if (type.name === 'meta random') return { expression: anyNumber, types: [integer], needs: [] };
  const expression: Expression =
    field === undefined ? { kind: 'unknown', text: words.textSince(start) } : { kind: 'field', field };
  return { expression, types: [type], needs: needed(selector.needs, context.family) };
}

/** `meta random`, which libxtables writes for xt_statistic. */
const anyNumber: Expression = { kind: 'number', method: 'random', modulus: 2 ** 32, offset: 0 };

/** Packets are of the family that is traced. */
function needed(needs: readonly Need[], family: Family): readonly Need[] {
  const own = family === 'IPv4' ? 2n : 10n;
  return needs.filter((need) => need === 'tracked' || 'protocol' in need || need.nfProtocol !== own);
}

function readValue(words: Words, type: DataType | undefined): TypedExpression {
  if (type === undefined || words.nextIs('{', '}', ',', ')', '.'))
    throw new UnsupportedSyntax(`"${words.next}" is no field`);
  const value = type.parse(words.next);
  if (value === undefined) throw new UnsupportedSyntax(`"${words.next}" is no value of ${type.name}`);
  words.take();
  return { expression: { kind: 'value', value }, types: [type], needs: [] };
}

function readNumberGenerator(words: Words): TypedExpression {
  const method = words.take() === 'inc' ? 'in-turn' : 'random';
  const { modulus, offset } = readModulus(words);
  return { expression: { kind: 'number', method, modulus, offset }, types: [integer], needs: [] };
}

function readHash(words: Words, of: TypedExpression | undefined): TypedExpression {
  const { modulus, offset, seed } = readModulus(words);
  const expression: Expression = {
    kind: 'number',
    method: 'hash',
    modulus,
    offset,
    ...(of !== undefined && { of: of.expression }),
    ...(seed !== undefined && { seed }),
  };
  return { expression, types: [integer], needs: of?.needs ?? [] };
}

function readModulus(words: Words): { modulus: number; offset: number; seed: number | undefined } {
  words.expect('mod');
  const modulus = readNumber(words);
  let offset = 0;
  let seed: number | undefined;
  for (;;) {
    if (words.takeIf('seed')) seed = readNumber(words);
    else if (words.takeIf('offset')) offset = readNumber(words);
    else return { modulus, offset, seed };
  }
}

function readNumber(words: Words): number {
  const number = Number(words.next);
  if (words.next === '' || !Number.isSafeInteger(number))
    throw new UnsupportedSyntax(`"${words.next}" is no number`);
  words.take();
  return number;
}
