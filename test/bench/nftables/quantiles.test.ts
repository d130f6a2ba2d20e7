import { describe, expect, test } from 'vitest';
import { medianQuantiles, quantilesOf } from '../../../bench/nftables/quantiles.ts';

describe('quantiles', () => {
  test('are values that were measured, in whatever order they came', () => {
    const upTo200 = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(quantilesOf(upTo200)).toEqual({ p50: 100, p99: 198, max: 200 });
  });

  test('of one value are that value', () => {
    expect(quantilesOf([7])).toEqual({ p50: 7, p99: 7, max: 7 });
  });

  test('of no value do not exist', () => {
    expect(() => quantilesOf([])).toThrow('nothing was measured');
  });

  test('of several rounds are the median of each, and what was slowest in any', () => {
    const rounds = [
      { p50: 1, p99: 9, max: 20 },
      { p50: 3, p99: 5, max: 10 },
      { p50: 2, p99: 7, max: 30 },
    ];
    expect(medianQuantiles(rounds)).toEqual({ p50: 2, p99: 7, max: 30 });
  });
});
