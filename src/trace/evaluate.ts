import { findElement, matchesPattern } from './elements.ts';
import type {
  Element,
  ElementsOf,
  Expression,
  Field,
  Interval,
  Pattern,
  Scalar,
  Test,
  Value,
} from './rule.ts';
import type { Option } from './trace.ts';

/** What an expression is for a packet. `none`: there is no such thing, so that a rule with it ends. */
export type Evaluated =
  | { readonly kind: 'known'; readonly value: Value }
  | { readonly kind: 'unknown'; readonly text: string }
  | { readonly kind: 'none' };

/** Whether something holds; else the question whose answer would say so, or the contrary of it. */
export type Truth = boolean | { readonly question: Question; readonly negated: boolean };

/** What cannot be known from here. */
export type Question =
  | { readonly kind: 'interface'; readonly field: InterfaceField; readonly patterns: readonly Pattern[] }
  | { readonly kind: 'other'; readonly text: string };

export type InterfaceField = 'input-interface' | 'output-interface';

/** The element that was looked for; else what would have to be known. */
export type Found = { readonly element: Element } | 'absent' | { readonly unknown: string };

/** Where expressions are evaluated: at a packet, in a rule of some table. */
export interface Environment {
  field(field: Field): Evaluated;
  /** The elements of a named set or map that the keys fall into, one for each. */
  findNamed(set: string, keys: readonly (readonly Scalar[])[]): readonly Found[];
  /** The index of the option that the packet takes. */
  choose(options: readonly Option[]): number;
  /** The answer to a question on this way, where an earlier one decides it. */
  known(question: Question): boolean | undefined;
  /** The answer on this way; there is another one with the other answer. */
  ask(question: Question): boolean;
}

/** The value of an expression; takes a choice where it depends on chance. */
export function evaluate(expression: Expression, environment: Environment): Evaluated {
  switch (expression.kind) {
    case 'value':
      return known(expression.value);
    case 'field':
      return environment.field(expression.field);
    case 'unknown':
      return { kind: 'unknown', text: expression.text };
    case 'bits':
      return evaluateBits(expression, environment);
    case 'concatenation':
      return concatenate(evaluateParts(expression, environment));
    case 'map':
      return evaluateMap(expression, environment);
    case 'number':
      return known(BigInt(expression.offset + chooseNumber(expression, environment)));
  }
}

/** Whether a test holds for the value. */
export function holds(value: Expression, test: Test, environment: Environment): Truth {
  switch (test.kind) {
    case 'in':
      return not(test.negated, isIn(value, test.elements, environment));
    case 'any-bit':
      return not(test.negated, hasAnyBit(evaluate(value, environment), test.bits));
    case 'compare':
      return compare(value, test, environment);
  }
}

/** The element that the key falls into; takes a choice where that depends on chance or on what is unknown. */
export function lookUp(key: Expression, elementsOf: ElementsOf, environment: Environment): Found {
  if (key.kind === 'number' && elementsOf.kind === 'inline')
    return chooseByNumber(key, elementsOf.elements, environment);
  if (key.kind === 'concatenation' && key.parts.some(({ kind }) => kind === 'number'))
    return chooseByKey(key.parts, elementsOf, environment);
  const parts = evaluateParts(key, environment);
  if (parts.some(({ kind }) => kind === 'none')) return 'absent';
  const missing = firstUnknown(parts);
  if (missing === undefined) return findIn(elementsOf, [scalarsOf(parts)], environment)[0] ?? 'absent';
  if (elementsOf.kind === 'named') return { unknown: missing };
  const candidates = elementsOf.elements.filter((element) => mayMatch(element, parts));
  const ofKey = partsOfKey(key);
  return foundOr(candidates.find((element) => environment.ask(questionOf(ofKey, [element], missing))));
}

function evaluateMap({ key, map }: Expression & { kind: 'map' }, environment: Environment): Evaluated {
  const found = lookUp(key, map, environment);
  if (found === 'absent') return { kind: 'none' };
  if ('unknown' in found) return { kind: 'unknown', text: found.unknown };
  const { data } = found.element;
  return data === undefined ? { kind: 'none' } : known(data);
}

function evaluateBits(
  { operator, left, right }: Expression & { kind: 'bits' },
  environment: Environment,
): Evaluated {
  const [a, b] = [evaluate(left, environment), evaluate(right, environment)];
  if (a.kind !== 'known') return a;
  if (b.kind !== 'known') return b;
  return known(operate(operator, asNumber(a.value), asNumber(b.value)));
}

function operate(operator: (Expression & { kind: 'bits' })['operator'], a: bigint, b: bigint): bigint {
  switch (operator) {
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
  }
}

/** A part for each part of a key; those that are known have a scalar each. */
function evaluateParts(key: Expression, environment: Environment): readonly Evaluated[] {
  return partsOfKey(key).flatMap((part): readonly Evaluated[] => {
    const evaluated = evaluate(part, environment);
    return evaluated.kind === 'known' ? listOf(evaluated.value).map(known) : [evaluated];
  });
}

function partsOfKey(key: Expression): readonly Expression[] {
  return key.kind === 'concatenation' ? key.parts : [key];
}

/** Whether the key falls into one of the elements. An interface alone is a question that others can answer, too. */
function questionOf(parts: readonly Expression[], elements: readonly Element[], missing: string): Question {
  const [part] = parts;
  if (parts.length === 1 && part?.kind === 'field' && isInterface(part.field)) {
    return { kind: 'interface', field: part.field, patterns: elements.flatMap(({ key }) => key) };
  }
  const keys = elements.map(({ key }) => key.map(patternText).join(' . '));
  return { kind: 'other', text: `${missing} is ${keys.join(' or ')}` };
}

function isInterface(field: Field): field is InterfaceField {
  return field === 'input-interface' || field === 'output-interface';
}

function concatenate(parts: readonly Evaluated[]): Evaluated {
  return parts.find(({ kind }) => kind !== 'known') ?? known(scalarsOf(parts));
}

function scalarsOf(parts: readonly Evaluated[]): readonly Scalar[] {
  return parts.flatMap((part) => (part.kind === 'known' ? listOf(part.value) : []));
}

function firstUnknown(parts: readonly Evaluated[]): string | undefined {
  for (const part of parts) if (part.kind === 'unknown') return part.text;
  return undefined;
}

function findIn(
  elementsOf: ElementsOf,
  keys: readonly (readonly Scalar[])[],
  environment: Environment,
): readonly Found[] {
  if (elementsOf.kind === 'named') return environment.findNamed(elementsOf.name, keys);
  return keys.map((key) => foundOr(findElement(elementsOf.elements, key)));
}

function foundOr(element: Element | undefined): Found {
  return element === undefined ? 'absent' : { element };
}

/** Where what is unknown were right, would the element be the one? */
function mayMatch({ key: patterns }: Element, parts: readonly Evaluated[]): boolean {
  return patterns.every((pattern, at) => {
    const part = parts[at];
    return part?.kind !== 'known' || listOf(part.value).every((scalar) => matchesPattern(pattern, scalar));
  });
}

/** A test of an unknown value fails where it would for any value. */
function isIn(value: Expression, elementsOf: ElementsOf, environment: Environment): Truth {
  if (value.kind === 'number' && elementsOf.kind === 'inline')
    return chooseByNumber(value, elementsOf.elements, environment) !== 'absent';
  const parts = evaluateParts(value, environment);
  if (parts.some(({ kind }) => kind === 'none')) return false;
  const missing = firstUnknown(parts);
  if (missing !== undefined) return mayBeIn(value, parts, missing, elementsOf, environment);
  const [found = 'absent'] = findIn(elementsOf, [scalarsOf(parts)], environment);
  if (found === 'absent') return false;
  return 'unknown' in found ? open(`the packet is in ${found.unknown}`) : true;
}

function mayBeIn(
  value: Expression,
  parts: readonly Evaluated[],
  missing: string,
  elementsOf: ElementsOf,
  environment: Environment,
): Truth {
  if (elementsOf.kind === 'named') return open(`${missing} is in ${elementsOf.name}`);
  const candidates = elementsOf.elements.filter((element) => mayMatch(element, parts));
  if (candidates.length === 0) return false;
  const question = questionOf(partsOfKey(value), candidates, missing);
  return environment.known(question) ?? { question, negated: false };
}

function open(text: string): Truth {
  return { question: { kind: 'other', text }, negated: false };
}

function hasAnyBit(evaluated: Evaluated, bits: bigint): Truth {
  if (evaluated.kind === 'unknown')
    return open(`${evaluated.text} has any of the bits 0x${bits.toString(16)}`);
  return evaluated.kind === 'known' && (asNumber(evaluated.value) & bits) !== 0n;
}

function compare(value: Expression, test: Test & { kind: 'compare' }, environment: Environment): Truth {
  const right = evaluate(test.with, environment);
  if (value.kind === 'number' && right.kind === 'known') {
    const count = countTo(value, (number) => isTrue(number, test.operator, asNumber(right.value)));
    return chooseShare(count / value.modulus, environment);
  }
  const left = evaluate(value, environment);
  if (left.kind === 'none' || right.kind === 'none') return false;
  if (left.kind === 'unknown' && right.kind === 'known') {
    const key = listOf(right.value);
    if (test.operator === '==' || test.operator === '!=')
      return not(
        test.operator === '!=',
        isIn(value, { kind: 'inline', elements: [{ key, comment: '' }] }, environment),
      );
    return open(`${left.text} ${test.operator} ${key.join(' . ')}`);
  }
  if (left.kind === 'unknown') return open(left.text);
  if (right.kind === 'unknown') return open(right.text);
  return isTrueOfLists(listOf(left.value), test.operator, listOf(right.value));
}

type Operator = (Test & { kind: 'compare' })['operator'];

/** Concatenations are compared as a whole: only whether they are equal. */
function isTrueOfLists(left: readonly Scalar[], operator: Operator, right: readonly Scalar[]): boolean {
  const [a, b] = [left[0], right[0]];
  if (left.length === 1 && typeof a === 'bigint' && typeof b === 'bigint') return isTrue(a, operator, b);
  const equal = left.length === right.length && left.every((scalar, at) => scalar === right[at]);
  return operator === '!=' ? !equal : operator === '==' && equal;
}

function isTrue(a: bigint, operator: Operator, b: bigint): boolean {
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

type NumberExpression = Expression & { kind: 'number' };

/** Any of 0 to `modulus - 1`: in the long run each as often. */
function chooseNumber({ modulus, way }: NumberExpression, environment: Environment): number {
  if (modulus === 1) return 0;
  const option: Option = { share: 1 / modulus, condition: conditionOf[way] };
  return environment.choose(Array.from({ length: modulus }, () => option));
}

const conditionOf: Readonly<Record<NumberExpression['way'], string>> = {
  random: 'at random',
  'in-turn': 'in turn',
  hash: 'the same for the same client',
};

/** Elements that share the numbers among them, each as large a part as it has numbers. */
function chooseByNumber(
  key: NumberExpression,
  elements: readonly Element[],
  environment: Environment,
): Found {
  const [first, end] = [BigInt(key.offset), BigInt(key.offset + key.modulus)];
  const parts = elements.flatMap((element) => {
    const count = element.key[0] === undefined ? 0 : widthWithin(element.key[0], first, end - 1n);
    return count === 0 ? [] : [{ element, share: count / key.modulus }];
  });
  const rest = 1 - parts.reduce((sum, { share }) => sum + share, 0);
  const shares = [...parts.map(({ share }) => share), ...(rest > tolerance ? [rest] : [])];
  const only = shares.length === 1;
  const at = only
    ? 0
    : environment.choose(shares.map((share) => ({ share, condition: conditionOf[key.way] })));
  return foundOr(parts[at]?.element);
}

/** Sums of thirds are not quite 1. */
const tolerance = 1e-9;

/**
 * A key of which one part is a number: elements that lead to the same are one option, with the share of all their
 * numbers. Maglev has 1,021 numbers and more for a few endpoints.
 */
function chooseByKey(parts: readonly Expression[], elementsOf: ElementsOf, environment: Environment): Found {
  const at = parts.findIndex(({ kind }) => kind === 'number');
  const number = parts[at];
  if (number?.kind !== 'number') return 'absent';
  const [before, after] = [parts.slice(0, at), parts.slice(at + 1)].map((some) =>
    some.flatMap((part) => evaluateParts(part, environment)),
  );
  const others = [...(before ?? []), ...(after ?? [])];
  if (others.some(({ kind }) => kind === 'none')) return 'absent';
  const missing = firstUnknown(others);
  if (missing !== undefined) return { unknown: missing };
  const keys = Array.from({ length: number.modulus }, (_, index) => [
    ...scalarsOf(before ?? []),
    BigInt(number.offset + index),
    ...scalarsOf(after ?? []),
  ]);
  const groups = [...Map.groupBy(findIn(elementsOf, keys, environment), resultText).values()];
  const options = groups.map(({ length }) => ({
    share: length / number.modulus,
    condition: conditionOf[number.way],
  }));
  return groups[options.length === 1 ? 0 : environment.choose(options)]?.[0] ?? 'absent';
}

function resultText(found: Found): string {
  if (found === 'absent' || 'unknown' in found) return String(found);
  const { data, verdict } = found.element;
  return `${data} ${verdict?.kind} ${verdict !== undefined && 'chain' in verdict ? verdict.chain : ''}`;
}

function widthWithin(pattern: Pattern, first: bigint, last: bigint): number {
  if (typeof pattern === 'string') return 0;
  const { from, to } = intervalOf(pattern, first, last);
  const [low, high] = [from > first ? from : first, to < last ? to : last];
  return high < low ? 0 : Number(high - low + 1n);
}

function intervalOf(pattern: Exclude<Pattern, string>, first: bigint, last: bigint): Interval {
  if (typeof pattern === 'bigint') return { from: pattern, to: pattern };
  return 'prefix' in pattern ? { from: first, to: last } : pattern;
}

/** How many numbers a comparison holds for: it changes at one number only, or there is one that is other than all. */
function countTo({ modulus, offset }: NumberExpression, test: (number: bigint) => boolean): number {
  let count = 0;
  for (let number = 0; number < modulus; number += 1) if (test(BigInt(offset + number))) count += 1;
  return count;
}

function chooseShare(share: number, environment: Environment): boolean {
  if (share <= 0 || share >= 1) return share >= 1;
  const condition = 'at random';
  return (
    environment.choose([
      { share, condition },
      { share: 1 - share, condition },
    ]) === 0
  );
}

function not(negated: boolean, truth: Truth): Truth {
  return typeof truth === 'boolean' ? truth !== negated : { ...truth, negated: truth.negated !== negated };
}

function patternText(pattern: Pattern): string {
  if (typeof pattern !== 'object') return String(pattern);
  return 'prefix' in pattern ? `${pattern.prefix}*` : `${pattern.from}-${pattern.to}`;
}

function known(value: Value): Evaluated & { kind: 'known' } {
  return { kind: 'known', value };
}

function listOf(value: Value): readonly Scalar[] {
  return typeof value === 'object' ? value : [value];
}

function asNumber(value: Value): bigint {
  return typeof value === 'bigint' ? value : 0n;
}
