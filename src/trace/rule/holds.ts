import type { ElementsOf, Expression, Scalar, Test } from '../../rules-text/rule.ts';
import { chooseByComparison, chooseByNumber, type Operator } from './chance.ts';
import { type Environment, type Evaluated, numberIn, scalarsIn, type Truth } from './environment.ts';
import {
  evaluate,
  evaluateParts,
  findIn,
  firstUnknown,
  mayMatch,
  questionOf,
  scalarsOf,
} from './evaluate.ts';

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
  const question = questionOf(value, candidates, missing);
  return environment.known(question) ?? { question, negated: false };
}

function open(text: string): Truth {
  return { question: { kind: 'other', text }, negated: false };
}

function hasAnyBit(evaluated: Evaluated, bits: bigint): Truth {
  if (evaluated.kind === 'unknown')
    return open(`${evaluated.text} has any of the bits 0x${bits.toString(16)}`);
  return evaluated.kind === 'known' && (numberIn(evaluated.value) & bits) !== 0n;
}

function compare(value: Expression, test: Test & { kind: 'compare' }, environment: Environment): Truth {
  const right = evaluate(test.with, environment);
  if (value.kind === 'number' && right.kind === 'known')
    return chooseByComparison(value, test.operator, numberIn(right.value), environment);
  const left = evaluate(value, environment);
  if (left.kind === 'none' || right.kind === 'none') return false;
  if (left.kind === 'unknown' && right.kind === 'known') {
    const key = scalarsIn(right.value);
    if (test.operator === '==' || test.operator === '!=')
      return not(
        test.operator === '!=',
        isIn(value, { kind: 'inline', elements: [{ key, comment: '' }] }, environment),
      );
    return open(`${left.text} ${test.operator} ${key.join(' . ')}`);
  }
  if (left.kind === 'unknown') return open(left.text);
  if (right.kind === 'unknown') return open(right.text);
  return isTrueOfLists(scalarsIn(left.value), test.operator, scalarsIn(right.value));
}

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

function not(negated: boolean, truth: Truth): Truth {
  return typeof truth === 'boolean' ? truth !== negated : { ...truth, negated: truth.negated !== negated };
}
