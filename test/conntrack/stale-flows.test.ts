import { describe, expect, test, vi } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { type ConntrackOutcome, StaleFlows } from '../../src/conntrack/stale-flows.ts';
import type { Protocol } from '../../src/net/family.ts';
import { PlanBook } from '../../src/plan/plan-book.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import { idleBackend } from '../support/conntrack/backends.ts';
import { FakeConntrackTable, flow } from '../support/conntrack/fake-table.ts';
import {
  address,
  context,
  endpoint,
  service,
  serviceKey,
  servicePort,
  slice,
  sliceKey,
} from '../support/records.ts';
import { FakeClock } from '../support/sync/fake-clock.ts';
import { Syncer } from '../support/sync/syncer.ts';

/** A syncer with a backend that does nothing, and Services named by the last number of their ClusterIP. */
function stage(backend: Backend = idleBackend('IPv4')) {
  const state = new ClusterState('node-0');
  const book = new PlanBook(state);
  const table = new FakeConntrackTable();
  const outcomes: ConntrackOutcome[] = [];
  const clock = new FakeClock();
  const ending = new AbortController();
  const flows = new StaleFlows({
    state,
    book,
    table,
    nodePortAddresses: () => [],
    report: (outcome) => outcomes.push(outcome),
    clock,
    signal: ending.signal,
  });
  const where = context({ holder: (claim) => state.holder(claim) });
  const backends = [backend, idleBackend('IPv6')];
  const syncer = new Syncer(
    book,
    () => where,
    backends,
    (event) => flows.hear(event),
  );
  const put = (host: number, pods: readonly number[], protocols: readonly Protocol[] = ['UDP']) => {
    const key = serviceKey(`default/s${host}`);
    const ports = protocols.map((protocol) => servicePort({ name: protocol, protocol, port: 53 }));
    const record = service({ key, clusterIPs: [address(`10.96.0.${host}`)], ports });
    state.apply({ kind: 'Service', key, record });
    const sliceRecord = slice(
      pods.map((pod) => endpoint(`10.244.0.${pod}`)),
      {
        key: sliceKey(`${key}-1`),
        service: key,
        ports: protocols.map((protocol) => ({ name: protocol, protocol, port: 5353 })),
      },
    );
    state.apply({ kind: 'EndpointSlice', key: sliceRecord.key, record: sliceRecord });
  };
  const remove = (host: number) =>
    state.apply({ kind: 'Service', key: serviceKey(`default/s${host}`), record: undefined });
  const settle = async () => {
    const done = await syncer.sync();
    await flows.idle();
    return done;
  };
  /** Lets so much time pass, and the passes end that begin at the end of it. */
  const pass = async (milliseconds: number) => {
    await clock.pass(milliseconds);
    await flows.idle();
  };
  return { state, table, outcomes, clock, ending, flows, syncer, put, remove, settle, pass };
}

const toPod = (host: number, pod: number) => flow(`udp 10.96.0.${host}:53 -> 10.244.0.${pod}:5353`);

describe('the table is read', () => {
  test('once at start, and the flows of present endpoints stay', async () => {
    const { table, outcomes, put, settle } = stage();
    put(1, [1]);
    put(2, [2]);
    table.flows = [toPod(1, 1), toPod(1, 9), toPod(2, 2)];
    await settle();
    expect(table.passes).toEqual([{ family: 'IPv4', protocols: ['UDP'] }]);
    expect(table.flows).toEqual([toPod(1, 1), toPod(2, 2)]);
    expect(outcomes).toMatchObject([{ family: 'IPv4', result: 'done', deleted: 1 }]);
  });

  test('not at all where no Service uses UDP or SCTP', async () => {
    const { table, put, settle } = stage();
    put(1, [1], ['TCP']);
    await settle();
    put(1, [2], ['TCP']);
    await settle();
    expect(table.passes).toEqual([]);
  });

  test('not at all where only Services of TCP change', async () => {
    const { table, put, settle } = stage();
    put(1, [1]);
    put(2, [1], ['TCP']);
    await settle();
    for (const pod of [2, 3, 4]) {
      put(2, [pod], ['TCP']);
      await settle();
    }
    expect(table.passes).toHaveLength(1);
  });

  test('once for both protocols and for many Services', async () => {
    const { table, put, settle } = stage();
    put(1, [1], ['UDP', 'SCTP', 'TCP']);
    for (let host = 2; host < 100; host += 1) put(host, [host]);
    await settle();
    expect(table.passes).toEqual([{ family: 'IPv4', protocols: ['UDP', 'SCTP'] }]);
  });

  test('once after the rules were mended, since anything may have happened without them', async () => {
    const { table, syncer, put, settle } = stage();
    put(1, [1]);
    await settle();
    table.flows = [flow('udp 10.96.0.1:53 -> =')];
    syncer.demandFull();
    await settle();
    expect(table.passes).toHaveLength(2);
    expect(table.flows).toEqual([]);
  });
});

test('only Services that changed are looked for', async () => {
  const { table, put, settle } = stage();
  put(1, [1]);
  put(2, [2]);
  await settle();
  table.flows = [toPod(1, 9), toPod(2, 9)];
  put(2, [3]);
  await settle();
  expect(table.flows).toEqual([toPod(1, 9)]);
});

test('an endpoint that only terminated, and was in no rule any more, is looked for when it goes', async () => {
  const { state, table, put, settle } = stage();
  put(1, [1]);
  const record = (pods: readonly number[]) =>
    slice(
      pods.map((pod) => endpoint(`10.244.0.${pod}`, { ready: false, serving: true, terminating: true })),
      {
        key: sliceKey('default/s1-2'),
        service: serviceKey('default/s1'),
        ports: [{ name: 'UDP', protocol: 'UDP', port: 5353 }],
      },
    );
  const apply = (pods: readonly number[]) =>
    state.apply({ kind: 'EndpointSlice', key: sliceKey('default/s1-2'), record: record(pods) });
  apply([2]);
  table.flows = [toPod(1, 2)];
  await settle();
  expect(table.flows).toEqual([toPod(1, 2)]);
  apply([]);
  await settle();
  expect(table.flows).toEqual([]);
});

test('flows of a Service that is gone are deleted, and those that took its address over stay', async () => {
  const { table, put, remove, settle } = stage();
  put(1, [1]);
  put(2, [2]);
  await settle();
  table.flows = [toPod(1, 1), flow('udp 10.96.0.1:53 -> ='), toPod(2, 2)];
  remove(1);
  await settle();
  expect(table.flows).toEqual([flow('udp 10.96.0.1:53 -> ='), toPod(2, 2)]);
});

test('nothing is looked for before its rules are in force', async () => {
  const failure = Promise.reject(new Error('locked'));
  failure.catch(() => undefined);
  let broken = true;
  const { table, put, settle } = stage({
    ...idleBackend('IPv4'),
    syncAll: async () => (broken ? failure : undefined),
  });
  put(1, [1]);
  table.flows = [toPod(1, 9)];
  expect(await settle()).toMatchObject([{ family: 'IPv4', result: 'failed' }, {}]);
  expect(table.passes).toEqual([]);
  broken = false;
  await settle();
  expect(table.flows).toEqual([]);
});

describe('a pass that takes long', () => {
  test('holds no sync up; what comes meanwhile is one pass after it', async () => {
    const { table, flows, syncer, put } = stage();
    const reading = Promise.withResolvers<void>();
    table.meanwhile = () => reading.promise;
    put(1, [1]);
    await syncer.sync();
    await vi.waitFor(() => expect(table.passes).toHaveLength(1));
    for (const pod of [2, 3, 4]) {
      put(1, [pod]);
      expect(await syncer.sync()).toMatchObject([{ result: 'done' }]);
    }
    expect(table.passes).toHaveLength(1);
    table.flows = [toPod(1, 3)];
    reading.resolve();
    await flows.idle();
    expect(table.passes).toHaveLength(2);
    expect(table.flows).toEqual([]);
  });

  test('does not look for what is planned while its rules are on their way', async () => {
    const commit = Promise.withResolvers<void>();
    const { table, flows, syncer, put } = stage({
      ...idleBackend('IPv4'),
      syncChanges: () => commit.promise,
    });
    const reading = Promise.withResolvers<void>();
    put(1, [1]);
    table.meanwhile = () => reading.promise;
    await syncer.sync();
    await vi.waitFor(() => expect(table.passes).toHaveLength(1));
    put(2, [2]);
    const second = syncer.sync();
    reading.resolve();
    await flows.idle();
    // Packets still take the rules of before.
    table.flows = [toPod(2, 9)];
    commit.resolve();
    await second;
    await flows.idle();
    expect(table.passes).toHaveLength(2);
    expect(table.flows).toEqual([]);
  });
});

describe('a pass that fails', () => {
  /** One that does, over flows of which one is stale. */
  async function failing() {
    const staged = stage();
    staged.put(1, [1]);
    staged.table.flows = [toPod(1, 9)];
    staged.table.meanwhile = () => Promise.reject(new Error('not permitted'));
    expect(await staged.settle()).toMatchObject([{ result: 'done' }, {}]);
    return staged;
  }

  test('fails no sync, says so, and is made up for without any change', async () => {
    const { table, outcomes, pass } = await failing();
    await pass(1_000);
    table.meanwhile = async () => {};
    await pass(2_000);
    expect(outcomes).toMatchObject([
      { result: 'failed', error: { message: 'not permitted' }, again: false },
      { result: 'failed', again: true },
      { result: 'done', deleted: 1 },
    ]);
    expect(table.flows).toEqual([]);
    await pass(600_000);
    expect(table.passes).toHaveLength(3);
  });

  test('is tried again after twice as long each time, up to a minute', async () => {
    const { clock, table, pass } = await failing();
    const pauses: number[] = [];
    for (let last = 0; pauses.length < 8; ) {
      const { length } = table.passes;
      while (table.passes.length === length) await pass(1_000);
      pauses.push(clock.now() - last);
      last = clock.now();
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('is not tried sooner because more changes', async () => {
    const { table, put, settle, pass } = await failing();
    await pass(1_000);
    for (const pod of [2, 3, 4]) {
      put(1, [pod]);
      await settle();
      await pass(100);
    }
    expect(table.passes).toHaveLength(2);
    table.meanwhile = async () => {};
    table.flows = [toPod(1, 1), toPod(1, 4)];
    await pass(2_000);
    expect(table.flows).toEqual([toPod(1, 4)]);
  });

  test('is not tried again when the proxy ends', async () => {
    const { ending, table, pass } = await failing();
    ending.abort();
    await pass(10_000);
    expect(table.passes).toHaveLength(1);
  });
});

describe('where rules of before are left over for packets on their way', () => {
  test('a second pass follows when those are gone', async () => {
    const backend = leavingBackend();
    const { table, flows, syncer, put, settle } = stage(backend);
    put(1, [1, 2]);
    await settle();
    backend.tidyDelay = 0;
    put(1, [1]);
    await settle();
    expect(table.passes).toHaveLength(2);
    // A packet that was on its way made it.
    table.flows = [toPod(1, 2)];
    await syncer.tidy();
    await flows.idle();
    expect(table.passes).toHaveLength(3);
    expect(table.flows).toEqual([]);
    await syncer.tidy();
    await flows.idle();
    expect(table.passes).toHaveLength(3);
  });

  test('a change of other Services meanwhile reads nothing', async () => {
    const backend = leavingBackend();
    const { table, put, settle } = stage(backend);
    put(1, [1]);
    backend.tidyDelay = 0;
    await settle();
    put(2, [1], ['TCP']);
    await settle();
    expect(table.passes).toHaveLength(1);
  });
});

/** A backend that says what is left over as the test has it, until it is tidied. */
function leavingBackend() {
  return {
    ...idleBackend('IPv4'),
    tidyDelay: undefined as number | undefined,
    async tidy() {
      this.tidyDelay = undefined;
    },
  };
}
