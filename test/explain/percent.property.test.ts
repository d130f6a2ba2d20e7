import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { percentages } from '../../src/explain/percent.ts';

describe('percentages', () => {
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
