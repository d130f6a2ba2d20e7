import { describe, expect, test } from 'vitest';
import { arrangeSlots, type Slots } from '../../../src/nftables/content/slots.ts';
import { address } from '../../support/records.ts';

/** Endpoints by the last number of their addresses, in the order of a plan. */
function endpoints(hosts: Iterable<number>): Slots {
  return [...hosts].map((host) => ({ address: address(`10.0.0.${host}`), port: 80 }));
}

describe.each(['random', 'round-robin'] as const)('slots taken by %s', (balance) => {
  test('have the last endpoint in the place of one that went', () => {
    const slots = arrangeSlots(balance, endpoints([1, 2, 3, 4]), endpoints([1, 3, 4]));
    expect(slots).toEqual(endpoints([1, 4, 3]));
  });

  test("are the plan's own list, where every endpoint keeps its place", () => {
    const now = endpoints([1, 2, 3]);
    expect(arrangeSlots(balance, endpoints([1, 2, 3]), now)).toBe(now);
    expect(arrangeSlots(balance, endpoints([1, 2]), now)).toBe(now);
  });

  test('survive one that stands twice, as slots left over do', () => {
    const slots = arrangeSlots(balance, endpoints([2, 1, 2]), endpoints([1, 2, 3]));
    expect(slots).toEqual(endpoints([2, 1, 3]));
  });
});

test('maglev needs no table for a single endpoint', () => {
  expect(arrangeSlots('maglev', [], endpoints([1]))).toEqual(endpoints([1]));
  expect(arrangeSlots('maglev', [], endpoints([1, 2]))).toHaveLength(1_021);
});
