import fc from 'fast-check';
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

  test('of equal shares sum to 100', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), (count) => {
        const sum = percentages(Array(count).fill(1 / count)).reduce((total, value) => total + value, 0);
        expect(sum).toBeCloseTo(100, 6);
      }),
    );
  });

  test('differ by less than 0.1 from the share', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(weights, (parts) => {
        const total = parts.reduce((sum, part) => sum + part, 0);
        const percents = percentages(parts.map((part) => part / total));
        for (const [index, part] of parts.entries())
          expect(Math.abs((percents[index] ?? 0) - (part / total) * 100)).toBeLessThan(0.1 + 1e-6);
      }),
    );
  });
});
