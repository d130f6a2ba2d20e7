import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Family, families } from '../../src/net/family.ts';
import { slotLocations } from '../../src/nftables/content/service-content.ts';
import { isSlotMap, type SlotMap, slotMaps } from '../../src/nftables/names.ts';
import type { Key, Table } from '../../src/nftables/table/table.ts';
import type { Change } from '../../src/state/records.ts';
import { anyHistory } from '../support/arbitrary-cluster.ts';
import { anyContestedHistory } from '../support/contested-cluster.ts';
import type { Commit } from '../support/fake-nf-tables.ts';
import { frontendPaths, outcomesFor, outcomesIn, slotsOf } from '../support/nftables/frontend-outcomes.ts';
import { type FakedProxy, proxy } from '../support/nftables/proxy.ts';

/** More runs where someone has the time: `PROPERTY_RUNS=2000 npm test -- test/nftables/history`. */
const numRuns = Number(process.env.PROPERTY_RUNS ?? 60);

/** A batch of changes, and the milliseconds that pass after it; where some do, what is left over may go. */
interface Step {
  readonly changes: readonly Change[];
  readonly pause: number;
}

const anySteps: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.oneof(anyHistory, anyContestedHistory),
    fc.infiniteStream(fc.constantFrom(0, 0, 1, 500, 1_000, 2_000)),
  )
  .map(([history, pauses]) => history.map((changes) => ({ changes, pause: pauses.next().value ?? 0 })));

async function play(played: FakedProxy, steps: readonly Step[]): Promise<void> {
  for (const { changes, pause } of steps) {
    await played.apply(changes);
    played.clock.now += pause;
    if (pause > 0) await played.syncer.tidy();
    expect(played.syncer.needsFull).toBe(false);
  }
}

/** Looks at each commit of a proxy, from its first on. */
function expectSafeCommits({ tool, book }: FakedProxy): void {
  tool.onCommit = (commit) => {
    const [before, after] = [outcomesIn(commit.before), outcomesIn(commit.after)];
    const planned = outcomesFor(book.plans(commit.family));
    for (const [at, outcome] of Object.entries(after))
      expect([planned[at], before[at]], at).toContainEqual(outcome);
    expect(lostPackets(commit)).toEqual([]);
    expect(vainSteps(commit)).toEqual([]);
  };
}

describe('after any history of changes', () => {
  test('partial syncs leave what one full sync makes from nothing', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const stepwise = proxy();
        await play(stepwise, steps);
        await stepwise.tidyUp();
        const atOnce = proxy();
        await atOnce.apply(steps.flatMap(({ changes }) => changes));
        for (const family of families) expect(normal(stepwise, family)).toEqual(normal(atOnce, family));
      }),
      { numRuns },
    );
  });

  test('each commit leads every packet to an endpoint of the plan, whichever generations it sees', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const played = proxy();
        expectSafeCommits(played);
        await play(played, steps);
        await played.tidyUp();
        for (const family of families)
          expect(outcomesIn(played.tool.table(family))).toEqual(outcomesFor(played.book.plans(family)));
      }),
      { numRuns },
    );
  });

  test('only the first sync and none other reads the table', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const played = proxy();
        await play(played, steps);
        await played.tidyUp();
        expect(played.tool.readings).toEqual(['ip portolan: everything', 'ip6 portolan: everything']);
      }),
      { numRuns: Math.ceil(numRuns / 6) },
    );
  });

  test('the table is found to be in force', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const played = proxy();
        await play(played, steps);
        expect(await played.syncer.inspect()).toEqual([]);
        played.clock.now += 60_000;
        expect(await played.syncer.inspect()).toEqual([]);
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });
});

describe('a restart after any history', () => {
  test('changes nothing where the objects are the same', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const before = proxy();
        await play(before, steps);
        await before.tidyUp();
        const count = before.tool.commits.length;
        const after = proxy({ tool: before.tool });
        await after.apply(steps.flatMap(({ changes }) => changes));
        expect(after.tool.commits.slice(count)).toEqual([]);
        expect(after.syncer.tidyDelay).toBeUndefined();
      }),
      { numRuns },
    );
  });

  test('into what other objects ask for is as safe as any change, and ends the same', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, anySteps, async (steps, missed) => {
        const before = proxy();
        await play(before, steps);
        const after = proxy({ tool: before.tool });
        expectSafeCommits(after);
        await after.apply([...steps, ...missed].flatMap(({ changes }) => changes));
        await after.tidyUp();
        const atOnce = proxy();
        await atOnce.apply([...steps, ...missed].flatMap(({ changes }) => changes));
        for (const family of families) expect(normal(after, family)).toEqual(normal(atOnce, family));
      }),
      { numRuns },
    );
  });
});

/**
 * A table's content without what means nothing: the order of elements, and which endpoint has which slot where slots are
 * taken by chance or in turn.
 */
function normal({ tool, book }: FakedProxy, family: Family): unknown {
  const table = tool.table(family);
  const hashed = new Set(
    [...book.plans(family).values()].flat().flatMap((plan) => {
      if (plan.balance === 'random' || plan.balance === 'round-robin') return [];
      const places = [...slotLocations(plan, 'Cluster'), ...slotLocations(plan, 'Local')];
      return places.map(({ map, frontend }) => `${map} ${frontend}`);
    }),
  );
  const slots = slotMaps.flatMap((map) =>
    [...slotsByFrontend(table, map)].map(([frontend, own]) => {
      const at = `${map} ${frontend}`;
      const bySlot = [...own].sort(([a], [b]) => a - b);
      const numbers = bySlot.map(([slot]) => slot);
      const endpoints = bySlot.map(([, endpoint]) => endpoint);
      return [at, { numbers, endpoints: hashed.has(at) ? endpoints : endpoints.sort() }] as const;
    }),
  );
  const others = [...table.elements].filter(([set, { size }]) => !isSlotMap(set) && size > 0);
  return {
    sets: table.sets,
    chains: table.chains,
    slots: Object.fromEntries(slots),
    others: new Map(others),
  };
}

function slotsByFrontend(table: Table, map: SlotMap): ReadonlyMap<string, Map<number, string>> {
  const frontends = new Map<string, Map<number, string>>();
  for (const [key, data] of table.elements.get(map) ?? []) {
    const at = key.lastIndexOf(' . ');
    const slots = frontends.get(key.slice(0, at)) ?? new Map<number, string>();
    frontends.set(key.slice(0, at), slots.set(Number(key.slice(at + 3)), data));
  }
  return frontends;
}

/**
 * What a packet would miss that read the table before the commit and reads on in the one after it: a chain, a slot, or,
 * where its frontend still takes slots from that map, an endpoint that the frontend now has.
 */
function lostPackets({ before, after }: Commit): readonly string[] {
  const live = endpointsInUse(after);
  return [...frontendPaths(before)].flatMap(([at, { chains, choices }]) => [
    ...chains.filter((name) => !after.chains.has(name)).map((name) => `${at}: no chain ${name}`),
    ...choices.flatMap((choice) => {
      const inUse = live.get(`${choice.map} ${choice.frontend}`);
      return slotsOf(after, choice).flatMap((endpoint, slot) => {
        if (endpoint === undefined) return [`${at}: no slot ${slot} in ${choice.map}`];
        const isLive = inUse === undefined || inUse.has(endpoint);
        return isLive ? [] : [`${at}: slot ${slot} in ${choice.map} is ${endpoint}, which is gone`];
      });
    }),
  ]);
}

function endpointsInUse(table: Table): ReadonlyMap<string, ReadonlySet<string | undefined>> {
  const choices = [...frontendPaths(table).values()].flatMap((path) => path.choices);
  return new Map(
    choices.map((choice) => [`${choice.map} ${choice.frontend}`, new Set(slotsOf(table, choice))]),
  );
}

/** Steps of a transaction that take something away which it then puts back. */
function vainSteps({ before, transaction, after }: Commit): readonly string[] {
  return transaction.flatMap((step) => {
    if (step.kind === 'delete-table') return ['the whole table'];
    if (step.kind === 'delete-set') return after.sets.has(step.name) ? [step.name] : [];
    if (step.kind !== 'delete-elements') return [];
    const [old, now] = [before.elements.get(step.set), after.elements.get(step.set)];
    const isVain = (key: Key) => old?.get(key) === now?.get(key);
    return step.keys.filter(isVain).map((key) => `${step.set} ${key}`);
  });
}
