import type { Element, Expression, Interval, Pattern, Test } from '../../rules-text/rule.ts';
import { type Environment, type Found, foundOr } from './environment.ts';

export type NumberExpression = Extract<Expression, { kind: 'number' }>;
export type Operator = Extract<Test, { kind: 'compare' }>['operator'];

/** Any number from 0 to `modulus - 1`: in the long run each as often. */
export function chooseNumber({ modulus, method }: NumberExpression, environment: Environment): number {
  if (modulus === 1) return 0;
  const option = { share: 1 / modulus, condition: chanceText[method] };
  return environment.choose(Array.from({ length: modulus }, () => option));
}

/** How the kernel comes to a number, in words. */
export const chanceText: Readonly<Record<NumberExpression['method'], string>> = {
  random: 'at random',
  'in-turn': 'in turn',
  hash: 'the same for the same client',
};

/** Elements that share the numbers among them, each as large a part as it has numbers. */
export function chooseByNumber(
  number: NumberExpression,
  elements: readonly Element[],
  environment: Environment,
): Found {
  const parts = elements.flatMap((element) => {
    const count = element.key[0] === undefined ? 0 : countWithin(number, element.key[0]);
    return count === 0 ? [] : [{ element, share: count / number.modulus }];
  });
  const rest = 1 - parts.reduce((sum, { share }) => sum + share, 0);
  const shares = [...parts.map(({ share }) => share), ...(rest > tolerance ? [rest] : [])];
  const options = shares.map((share) => ({ share, condition: chanceText[number.method] }));
  return foundOr(parts[options.length === 1 ? 0 : environment.choose(options)]?.element);
}

/** Sums of thirds are not quite 1. */
const tolerance = 1e-9;

/** Whether a comparison holds, of the part of the numbers that it holds for. */
export function chooseByComparison(
  number: NumberExpression,
  operator: Operator,
  other: bigint,
  environment: Environment,
): boolean {
  const share = countWithin(number, numbersThat(operator, other)) / number.modulus;
  return chooseShare(operator === '!=' ? 1 - share : share, environment);
}

/** For `!=` those that it does not hold for. */
function numbersThat(operator: Operator, other: bigint): Interval {
  switch (operator) {
    case '<':
      return { from: 0n, to: other - 1n };
    case '<=':
      return { from: 0n, to: other };
    case '>':
      return { from: other + 1n, to: largest };
    case '>=':
      return { from: other, to: largest };
    case '==':
    case '!=':
      return { from: other, to: other };
  }
}

/** The kernel's numbers have 32 bits. */
const largest = 0xffff_ffffn;

function countWithin({ modulus, offset }: NumberExpression, pattern: Pattern): number {
  if (typeof pattern === 'string') return 0;
  const [first, last] = [BigInt(offset), BigInt(offset + modulus - 1)];
  const { from, to } = intervalOf(pattern);
  const [low, high] = [from > first ? from : first, to < last ? to : last];
  return high < low ? 0 : Number(high - low + 1n);
}

function intervalOf(pattern: Exclude<Pattern, string>): Interval {
  if (typeof pattern === 'bigint') return { from: pattern, to: pattern };
  return 'prefix' in pattern ? { from: 0n, to: largest } : pattern;
}

function chooseShare(share: number, environment: Environment): boolean {
  if (share <= 0 || share >= 1) return share >= 1;
  const condition = 'at random';
  const options = [share, 1 - share].map((part) => ({ share: part, condition }));
  return environment.choose(options) === 0;
}
