import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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

describe('the sums of two collections', () => {
  test('are equal where only the order differs, however many there are', () => {
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

  test('differ where one element is more, less, elsewhere or otherwise', () => {
    const elements = [
      ['services', '10.96.0.1 . tcp . 80', 'goto a'],
      ['services', '10.96.0.2 . tcp . 80', 'goto b'],
    ] as unknown as Listed[];
    const [first, second] = elements;
    if (first === undefined || second === undefined) throw new Error('two elements');
    const [set, key, data] = first;
    const others: readonly (readonly Listed[])[] = [
      [first],
      [first, second, second],
      [['firewall', key, data], second],
      [[set, '10.96.0.3 . tcp . 80' as Key, data], second],
      [[set, key, 'goto b' as Data], second],
      [
        [set, key, second[2]],
        [set, second[1], data],
      ],
      [],
    ];
    for (const other of others) expect(sumOf(other).equals(sumOf(elements))).toBe(false);
  });
});
