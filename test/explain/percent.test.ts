import { describe, expect, test } from 'vitest';
import { percentages } from '../../src/explain/percent.ts';

describe('percentages', () => {
  test.each([
    ['a third each', [1 / 3, 1 / 3, 1 / 3], [33.4, 33.3, 33.3]],
    ['a seventh each', Array(7).fill(1 / 7), [14.3, 14.3, 14.3, 14.3, 14.3, 14.3, 14.2]],
    ['the only one', [1], [100]],
    ['none', [], []],
    ['half of them refused', [0.25, 0.25], [25, 25]],
    ['what iptables writes of a third', [0.33333333349, 0.333333333255, 0.333333333255], [33.4, 33.3, 33.3]],
    ['less than a part of a thousand', [0.0001, 0.9999], [0, 100]],
  ])('of %s', (_, shares, expected) => {
    expect(percentages(shares)).toEqual(expected);
  });
});
