import { describe, expect, test, vi } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { PlanBook } from '../../src/plan/plan-book.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import { SyncLoop } from '../../src/sync/sync-loop.ts';
import { Syncer, type SyncOutcome } from '../../src/sync/syncer.ts';
import { address, context, service, serviceKey } from '../support/records.ts';

/** A loop over a backend whose syncs end when the test lets them, and a way to change a Service. */
function loop(minSyncPeriod = 0) {
  const state = new ClusterState('node-0');
  const calls: { scope: string; changed: number; end: (error?: Error) => void }[] = [];
  const call = (scope: string, changed: number) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    calls.push({ scope, changed, end: (error) => (error === undefined ? resolve() : reject(error)) });
    return promise;
  };
  const backend: Backend = {
    family: 'IPv4',
    refused: new Map(),
    syncAll: (plans) => call('full', plans.size),
    syncChanges: (changes) => call('partial', changes.length),
    isInForce: async () => true,
    tidyDelay: undefined,
    looks: ['everything'],
    tidy: async () => {},
  };
  const where = context({ holder: (claim) => state.holder(claim) });
  const outcomes: SyncOutcome[] = [];
  const syncer = new Syncer(new PlanBook(state), () => where, [backend]);
  const syncLoop = new SyncLoop(syncer, { minSyncPeriod, report: (done) => outcomes.push(...done) });
  const change = (host: number) => {
    const key = serviceKey(`default/s${host}`);
    state.apply({ kind: 'Service', key, record: service({ key, clusterIPs: [address(`10.96.0.${host}`)] }) });
    syncLoop.request();
  };
  const ending = new AbortController();
  const ended = syncLoop.run(ending.signal);
  const stop = async () => {
    ending.abort();
    syncLoop.request();
    await ended;
  };
  return { calls, outcomes, change, stop };
}

describe('the sync loop', () => {
  test('syncs at once when nothing is in flight; what comes meanwhile is one batch', async () => {
    const { calls, change, stop } = loop();
    change(1);
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    for (const host of [2, 3, 4]) change(host);
    calls[0]?.end();
    await vi.waitFor(() => expect(calls).toHaveLength(2));
    expect(calls).toMatchObject([{ scope: 'full' }, { scope: 'partial', changed: 3 }]);
    calls[1]?.end();
    await stop();
  });

  test('tries a failed sync again, and in full', async () => {
    const { calls, outcomes, change, stop } = loop();
    change(1);
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    calls[0]?.end();
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
    change(2);
    await vi.waitFor(() => expect(calls).toHaveLength(2));
    calls[1]?.end(new Error('refused'));
    await vi.waitFor(() => expect(calls).toHaveLength(3), { timeout: 20_000 });
    expect(outcomes).toHaveLength(2);
    expect(calls.map(({ scope }) => scope)).toEqual(['full', 'partial', 'full']);
    calls[2]?.end();
    await vi.waitFor(() => expect(outcomes).toHaveLength(3));
    await stop();
  });
});

test('an inspection that a sync overlaps says nothing', async () => {
  const state = new ClusterState('node-0');
  const reading = Promise.withResolvers<boolean>();
  const backend: Backend = {
    family: 'IPv4',
    refused: new Map(),
    syncAll: async () => {},
    syncChanges: async () => {},
    isInForce: () => reading.promise,
    tidyDelay: undefined,
    looks: ['everything'],
    tidy: async () => {},
  };
  const syncer = new Syncer(new PlanBook(state), () => context(), [backend]);
  const inspected = syncer.inspect();
  await syncer.sync();
  reading.resolve(false);
  expect(await inspected).toEqual([]);
});
