import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ElementSum } from '../../src/nftables/element-sum.ts';
import type { SetName } from '../../src/nftables/names.ts';
import type { Data, Key } from '../../src/nftables/table/table.ts';

type Listed = readonly [SetName, Key, Data];

const anyElement: fc.Arbitrary<Listed> = fc
  .tuple(fc.constantFrom('services' as const, 'node-ports' as const), fc.nat(), fc.nat())
  .map(([set, key, data]) => [set, `${key}` as Key, `${data}` as Data]);

function sumOf(elements: readonly Listed[]): ElementSum {
  const sum = new ElementSum();
  for (const element of elements) sum.add(...element);
  return sum;
}

test('the sums of two collections are equal where only the order differs, however many there are', () => {
  const shuffled = fc
    .array(anyElement, { minLength: 1, maxLength: 200 })
    .chain((elements) =>
      fc.tuple(fc.constant(elements), fc.shuffledSubarray(elements, { minLength: elements.length })),
    );
  fc.assert(
    fc.property(shuffled, ([elements, others]) => {
      expect(sumOf(elements).equals(sumOf(others))).toBe(true);
    }),
  );
});
