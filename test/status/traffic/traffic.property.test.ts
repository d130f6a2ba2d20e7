import fc from 'fast-check';
import { expect, test } from 'vitest';
import { followed, listing, plansOf, slots } from '../../support/status/table-traffic.ts';

test('every connection is counted once, whatever is replaced in between', async () => {
  const slot = fc.record({ endpoint: fc.constantFrom('10.244.0.1', '10.244.0.2'), more: fc.nat(9) });
  const step = fc.record({ first: slot, second: slot });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const traffic = followed(plansOf({}));
      const counters = [
        { endpoint: '', packets: 0 },
        { endpoint: '', packets: 0 },
      ];
      const wanted: Record<string, number> = { '10.244.0.1': 0, '10.244.0.2': 0 };
      await traffic.read(listing(slots()));
      for (const { first, second } of steps) {
        for (const [index, { endpoint: to, more }] of [first, second].entries()) {
          const before = counters[index];
          const packets = before?.endpoint === to ? before.packets + more : more;
          counters[index] = { endpoint: to, packets };
          wanted[to] = (wanted[to] ?? 0) + more;
        }
        await traffic.read(
          listing(slots(...counters.map(({ endpoint: to, packets }) => `C${packets} : ${to}`))),
        );
      }
      const totals = [...traffic.ports].flatMap(({ endpoints }) =>
        endpoints.map(({ endpoint: { address: host }, connections }) => [host, connections.total]),
      );
      expect(Object.fromEntries(totals)).toEqual(wanted);
    }),
    { numRuns: 60 },
  );
});
