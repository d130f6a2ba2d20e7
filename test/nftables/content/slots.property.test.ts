import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrangeSlots, type Slots } from '../../../src/nftables/content/slots.ts';
import { address } from '../../support/records.ts';

/** Endpoints by the last number of their addresses, in the order of a plan. */
function endpoints(hosts: Iterable<number>): Slots {
  return [...hosts].map((host) => ({ address: address(`10.0.0.${host}`), port: 80 }));
}

const anyHosts = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 9 });

describe.each(['random', 'round-robin'] as const)('slots taken by %s', (balance) => {
  test('are one for each endpoint, whatever was before', () => {
    fc.assert(
      fc.property(anyHosts, anyHosts, (before, now) => {
        const slots = arrangeSlots(balance, endpoints(before), endpoints(now));
        expect(new Set(slots)).toEqual(new Set(endpoints(now)));
        expect(slots).toHaveLength(now.length);
      }),
    );
  });

  test('are kept by every endpoint that stays, but for those behind the last slot', () => {
    fc.assert(
      fc.property(anyHosts, anyHosts, (before, now) => {
        const slots = arrangeSlots(balance, endpoints(before), endpoints(now));
        for (const [slot, host] of before.slice(0, now.length).entries())
          if (now.includes(host)) expect(slots[slot]).toEqual(endpoints([host])[0]);
      }),
    );
  });
});

describe.each(['source-hash', 'maglev'] as const)('slots taken by %s', (balance) => {
  test('follow from the endpoints alone', () => {
    fc.assert(
      fc.property(anyHosts, anyHosts, (before, now) => {
        expect(arrangeSlots(balance, endpoints(before), endpoints(now))).toEqual(
          arrangeSlots(balance, [], endpoints(now)),
        );
      }),
      { numRuns: 30 },
    );
  });
});
