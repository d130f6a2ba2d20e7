import type { Element, Interval, Pattern, Scalar } from './rule.ts';

/** The element that a key falls into: the most particular one, as nft's default element `*` counts last. */
export function findElement(elements: readonly Element[], key: readonly Scalar[]): Element | undefined {
  let found: Element | undefined;
  for (const element of elements) {
    if (!matchesKey(element.key, key)) continue;
    if (!element.key.every(isAnything)) return element;
    found ??= element;
  }
  return found;
}

/** The pattern that every value falls into: nft's `*`. */
export const anything: Pattern = { prefix: '' };

/** Whether a scalar falls into a pattern. */
export function matchesPattern(pattern: Pattern, value: Scalar): boolean {
  if (typeof pattern !== 'object') return pattern === value;
  if ('prefix' in pattern) return pattern.prefix === '' || String(value).startsWith(pattern.prefix);
  return typeof value === 'bigint' && holds(pattern, value);
}

/** Whether each part of a key falls into its pattern. */
export function matchesKey(patterns: readonly Pattern[], key: readonly Scalar[]): boolean {
  if (patterns.length === 1 && isAnything(patterns[0])) return true;
  return (
    patterns.length === key.length &&
    patterns.every((pattern, part) => matchesPattern(pattern, key[part] ?? ''))
  );
}

/** One text for each key: no value has a line break. */
export function textOfKey(key: readonly Scalar[]): string {
  return key.join('\n');
}

/** A pattern as people read it: `80`, `eth*`, `80-90`; `form` says how its numbers are written. */
export function patternText(pattern: Pattern, form: (number: bigint) => string = String): string {
  if (typeof pattern === 'string') return pattern;
  if (typeof pattern === 'bigint') return form(pattern);
  return 'prefix' in pattern ? `${pattern.prefix}*` : `${form(pattern.from)}-${form(pattern.to)}`;
}

function isAnything(pattern: Pattern | undefined): boolean {
  return typeof pattern === 'object' && 'prefix' in pattern && pattern.prefix === '';
}

function holds({ from, to }: Interval, value: bigint): boolean {
  return from <= value && value <= to;
}
