import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maglevTable } from '../../../src/nftables/content/maglev.ts';

describe('whatever the endpoints are', () => {
  const anyEndpoint = fc
    .tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }))
    .map(([address, port]) => `${address}:${port}`);
  const endpointsFrom = (minLength: number) => fc.uniqueArray(anyEndpoint, { minLength, maxLength: 25 });

  test('their shares differ by one slot at most', () => {
    fc.assert(
      fc.property(endpointsFrom(1), (endpoints) => {
        const slots = shares(endpoints);
        expect(Math.max(...slots) - Math.min(...slots)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('their order does not matter', () => {
    const shuffled = endpointsFrom(1).chain((endpoints) =>
      fc.tuple(
        fc.constant(endpoints),
        fc.shuffledSubarray(endpoints, { minLength: endpoints.length, maxLength: endpoints.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([endpoints, others]) => {
        expect(slotsOf(others)).toEqual(slotsOf(endpoints));
      }),
    );
  });

  test('most slots of the others stay when one comes or goes, where dealing anew would move most', () => {
    fc.assert(
      fc.property(endpointsFrom(4), ([one = '', ...others]) => {
        const without = slotsOf(others);
        const kept = slotsOf([one, ...others])
          .map((endpoint, slot) => ({ endpoint, old: without[slot] }))
          .filter(({ endpoint }) => endpoint !== one);
        const moved = kept.filter(({ endpoint, old }) => endpoint !== old);
        expect(moved.length / kept.length).toBeLessThan(0.6);
      }),
    );
  });
});

/** The endpoint of each slot. */
function slotsOf(endpoints: readonly string[]): readonly (string | undefined)[] {
  return maglevTable(endpoints).map((index) => endpoints[index]);
}

/** How many slots each endpoint has. */
function shares(endpoints: readonly string[]): readonly number[] {
  const counts = endpoints.map(() => 0);
  for (const index of maglevTable(endpoints)) counts[index] = (counts[index] ?? 0) + 1;
  return counts;
}
