import { findElement, matchesPattern, patternText } from '../../rules-text/elements.ts';
import type { Element, ElementsOf, Expression, Field, Scalar } from '../../rules-text/rule.ts';
import { chanceText, chooseByNumber, chooseNumber, type NumberExpression } from './chance.ts';
import {
  type Environment,
  type Evaluated,
  type Found,
  foundOr,
  type InterfaceField,
  known,
  numberIn,
  type Question,
  scalarsIn,
} from './environment.ts';

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
      if (expression.modulus > mostNumbers) return tooMany(expression);
      return known(BigInt(expression.offset + chooseNumber(expression, environment)));
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
  return foundOr(candidates.find((element) => environment.ask(questionOf(key, [element], missing))));
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
  return known(operate(operator, numberIn(a.value), numberIn(b.value)));
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
export function evaluateParts(key: Expression, environment: Environment): readonly Evaluated[] {
  return partsOfKey(key).flatMap((part): readonly Evaluated[] => {
    const evaluated = evaluate(part, environment);
    return evaluated.kind === 'known' ? scalarsIn(evaluated.value).map(known) : [evaluated];
  });
}

function partsOfKey(key: Expression): readonly Expression[] {
  return key.kind === 'concatenation' ? key.parts : [key];
}

/** Whether the key falls into one of the elements. An interface alone is a question that others can answer, too. */
export function questionOf(key: Expression, elements: readonly Element[], missing: string): Question {
  if (key.kind === 'field' && isInterface(key.field)) {
    return { kind: 'interface', field: key.field, patterns: elements.flatMap((element) => element.key) };
  }
  const keys = elements.map((element) => element.key.map((pattern) => patternText(pattern)).join(' . '));
  return { kind: 'other', text: `${missing} is ${keys.join(' or ')}` };
}

function isInterface(field: Field): field is InterfaceField {
  return field === 'input-interface' || field === 'output-interface';
}

function concatenate(parts: readonly Evaluated[]): Evaluated {
  return parts.find(({ kind }) => kind !== 'known') ?? known(scalarsOf(parts));
}

export function scalarsOf(parts: readonly Evaluated[]): readonly Scalar[] {
  return parts.flatMap((part) => (part.kind === 'known' ? scalarsIn(part.value) : []));
}

export function firstUnknown(parts: readonly Evaluated[]): string | undefined {
  for (const part of parts) if (part.kind === 'unknown') return part.text;
  return undefined;
}

export function findIn(
  elementsOf: ElementsOf,
  keys: readonly (readonly Scalar[])[],
  environment: Environment,
): readonly Found[] {
  if (elementsOf.kind === 'named') return environment.findNamed(elementsOf.name, keys);
  return keys.map((key) => foundOr(findElement(elementsOf.elements, key)));
}

/** Where what is unknown were right, would the element be the one? */
export function mayMatch({ key: patterns }: Element, parts: readonly Evaluated[]): boolean {
  return patterns.every((pattern, at) => {
    const part = parts[at];
    return part?.kind !== 'known' || scalarsIn(part.value).every((scalar) => matchesPattern(pattern, scalar));
  });
}

/**
 * A key of which one part is a number: elements that lead to the same are one option, with the share of all their
 * numbers. Maglev has 1,021 numbers and more for a few endpoints.
 */
function chooseByKey(parts: readonly Expression[], elementsOf: ElementsOf, environment: Environment): Found {
  const at = parts.findIndex(({ kind }) => kind === 'number');
  const number = parts[at];
  if (number?.kind !== 'number') return 'absent';
  if (number.modulus > mostNumbers) return { unknown: tooMany(number).text };
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
    condition: chanceText[number.method],
  }));
  return groups[options.length === 1 ? 0 : environment.choose(options)]?.[0] ?? 'absent';
}

function resultText(found: Found): string {
  if (found === 'absent' || 'unknown' in found) return String(found);
  const { data, verdict } = found.element;
  return `${data} ${verdict?.kind} ${verdict !== undefined && 'chain' in verdict ? verdict.chain : ''}`;
}

/** Each number may be a path of its own; Maglev's largest table has 65,521. */
const mostNumbers = 100_000;

function tooMany({ modulus }: NumberExpression): Extract<Evaluated, { kind: 'unknown' }> {
  return { kind: 'unknown', text: `which of ${modulus} numbers it gets` };
}
