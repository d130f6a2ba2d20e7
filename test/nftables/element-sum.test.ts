import { expect, test } from 'vitest';
import { ElementSum } from '../../src/nftables/element-sum.ts';
import type { SetName } from '../../src/nftables/names.ts';
import type { Data, Key } from '../../src/nftables/table/table.ts';

type Listed = readonly [SetName, Key, Data];

function sumOf(elements: readonly Listed[]): ElementSum {
  const sum = new ElementSum();
  for (const element of elements) sum.add(...element);
  return sum;
}

test('the sums of two collections differ where one element is more, less, elsewhere or otherwise', () => {
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
