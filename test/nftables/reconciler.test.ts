import { expect, onTestFinished, test } from 'vitest';
import { ToolError } from '../../src/backend/failure.ts';
import { nftablesSkeleton } from '../../src/kernel/rule-files.ts';
import { families } from '../../src/net/family.ts';
import { NftablesBackend } from '../../src/nftables/backend.ts';
import { PlanBook } from '../../src/plan/plan-book.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import type { Change } from '../../src/state/records.ts';
import { sleep } from '../../src/sync/clock.ts';
import { Reconciler } from '../../src/sync/reconciler.ts';
import { FakeNfTables } from '../support/fake-nf-tables.ts';
import { objects, web } from '../support/nftables/changes.ts';
import { tableOptions } from '../support/nftables/proxy.ts';
import { context } from '../support/records.ts';
import { FakeClock } from '../support/sync/fake-clock.ts';

/** The reconcilers of both families above nft, of which each transaction takes 20 ms. */
function stage() {
  const clock = new FakeClock();
  const tools = { IPv4: new FakeNfTables(), IPv6: new FakeNfTables() };
  const state = new ClusterState('node-0');
  const book = new PlanBook(state);
  const where = context({ holder: (claim) => state.holder(claim) });
  const reconcilers = families.map((family) => {
    const slow = slowly(tools[family], clock);
    const options = async () => tableOptions(family);
    const backend = new NftablesBackend(family, slow.open(family), nftablesSkeleton(), options, () =>
      clock.now(),
    );
    return new Reconciler({
      backend,
      book,
      context: () => where,
      clock,
      minSyncPeriod: 0,
      listener: () => {},
    });
  });
  const ending = new AbortController();
  const change = (changes: readonly Change[]) => {
    for (const each of changes) state.apply(each);
    for (const reconciler of reconcilers) reconciler.request();
  };
  const start = () => {
    const running = Promise.all(reconcilers.map((reconciler) => reconciler.run(ending.signal)));
    onTestFinished(async () => {
      ending.abort();
      await clock.pass(100);
      await running;
    });
  };
  return { clock, tools, change, start };
}

/** What the tool changes, it changes after 20 ms. */
function slowly(tool: FakeNfTables, clock: FakeClock): FakeNfTables {
  tool.beforeApply = () => sleep(clock, 20);
  return tool;
}

/** The endpoints in the table, by the addresses of their pods. */
function endpointsIn(tool: FakeNfTables): readonly string[] {
  const slots = tool.table('IPv4').elements.get('service-endpoints-tcp' as never) ?? new Map();
  return [...new Set([...slots.values()].map((data) => String(data).split(' ')[0] ?? ''))].sort();
}

test('a change that comes while what is left over is being removed is in force after it', async () => {
  const { clock, tools, change, start } = stage();
  change(web);
  start();
  await clock.pass(200);
  change(objects({}, ['10.0.0.7']));
  await clock.pass(20);
  const { length } = tools.IPv4.commits;
  // What was left over is a second old, and its removal is under way.
  await clock.pass(990);
  expect(tools.IPv4.commits).toHaveLength(length);
  change(objects({}, ['10.0.0.8']));
  await clock.pass(50);
  expect(endpointsIn(tools.IPv4)).toContain('10.0.0.8');
});

test('a change of IPv4 does not wait for IPv6, which fails', async () => {
  const { clock, tools, change, start } = stage();
  tools.IPv6.fails = new ToolError('permission', 'not permitted');
  change(web);
  start();
  await clock.pass(5_000);
  change(objects({}, ['10.0.0.7']));
  await clock.pass(20);
  expect(endpointsIn(tools.IPv4)).toContain('10.0.0.7');
});
