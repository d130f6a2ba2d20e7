/**
 * Shares, 0 to 1, as percentages with one decimal, rounded by the largest remainder method so that they still add up:
 * three thirds are 33.4, 33.3 and 33.3.
 */
export function percentages(shares: readonly number[]): readonly number[] {
  const exact = shares.map((share) => share * perMille);
  const rounded = exact.map((value) => Math.floor(value + tolerance));
  const missing = Math.round(sum(exact)) - sum(rounded);
  const largestFirst = exact
    .map((value, index) => ({ index, rest: value - (rounded[index] ?? 0) }))
    .sort((a, b) => b.rest - a.rest || a.index - b.index);
  const raised = new Set(largestFirst.slice(0, Math.max(0, missing)).map(({ index }) => index));
  return rounded.map((value, index) => (value + (raised.has(index) ? 1 : 0)) / 10);
}

/** Percent with one decimal: parts of a thousand. */
const perMille = 1000;

/** Half is sometimes 0.49999999. */
const tolerance = 1e-6;

/** `33.3 %`. */
export function percentText(percent: number): string {
  return `${percent.toFixed(1)} %`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
