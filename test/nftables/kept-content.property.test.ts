import fc from 'fast-check';
import { expect, test } from 'vitest';
import { families } from '../../src/net/family.ts';
import type { Table } from '../../src/nftables/table/table.ts';
import type { Change } from '../../src/state/records.ts';
import { anyHistory } from '../support/arbitrary-cluster.ts';
import { outcomesFor, outcomesIn } from '../support/nftables/frontend-outcomes.ts';
import { proxy } from '../support/nftables/proxy.ts';

test('whatever is known at first and comes later, packets to unknown Services go where they went, and in the end all is as if all had been known', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, fc.func(fc.boolean()), anyHistory, async (past, isKnown, future) => {
      const before = proxy();
      for (const changes of past) await before.apply(changes);
      await before.tidyUp();
      const stood = { IPv4: before.tool.table('IPv4'), IPv6: before.tool.table('IPv6') };
      const planned = { IPv4: before.book.plans('IPv4'), IPv6: before.book.plans('IPv6') };
      const objects = present(past);
      const known = objects.filter(({ key }) => isKnown(key));
      const unknown = objects.filter(({ key }) => !isKnown(key));

      const options = { keepsUnclaimed: true };
      const played = proxy({ tool: before.tool, options: () => options });
      await played.apply(known);
      await played.tidyUp();
      for (const family of families) {
        const hidden = new Map([...planned[family]].filter(([key]) => !played.state.services.has(key)));
        const now = outcomesIn(played.tool.table(family));
        const was = outcomesIn(stood[family]);
        for (const at of Object.keys(outcomesFor(hidden))) expect(now[at], at).toEqual(was[at]);
      }
      expect(await played.syncer.inspect()).toEqual([]);

      for (const changes of future) {
        await played.apply(changes);
        await played.tidyUp();
        expect(await played.syncer.inspect()).toEqual([]);
      }

      options.keepsUnclaimed = false;
      played.syncer.demandFull();
      const told = new Set(future.flat().map(({ kind, key }) => `${kind} ${key}`));
      const rest = unknown.filter(({ kind, key }) => !told.has(`${kind} ${key}`));
      await played.apply(rest);
      await played.tidyUp();
      for (const family of families) {
        const table = played.tool.table(family);
        expect(outcomesIn(table)).toEqual(outcomesFor(played.book.plans(family)));
      }
      const whole = proxy();
      for (const changes of [known, ...future, rest]) await whole.apply(changes);
      await whole.tidyUp();
      for (const family of families)
        expect(sizes(played.tool.table(family))).toEqual(sizes(whole.tool.table(family)));
    }),
    { numRuns: 60 },
  );
});

/** The objects that a history leaves. */
function present(history: readonly (readonly Change[])[]): readonly Change[] {
  const objects = new Map<string, Change>();
  for (const change of history.flat()) objects.set(`${change.kind} ${change.key}`, change);
  return [...objects.values()].filter(({ record }) => record !== undefined);
}

/** Which endpoint has which slot may differ. */
function sizes({ chains, sets, elements }: Table) {
  return {
    chains: [...chains.keys()].sort(),
    sets: [...sets.keys()].sort(),
    elements: [...elements]
      .filter(([, { size }]) => size > 0)
      .map(([set, { size }]) => `${set} ${size}`)
      .sort(),
  };
}
