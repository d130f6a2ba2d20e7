import { describe, expect, test } from 'vitest';
import type { SyncEvent } from '../../src/sync/sync-event.ts';
import { address } from '../support/records.ts';
import { settled } from '../support/sync/fake-clock.ts';
import type { Call, FakeKernel } from '../support/sync/fake-kernel.ts';
import { stage } from '../support/sync/stage.ts';

const services = ({ rules }: FakeKernel) => [...rules.keys()].sort();
const calls = ({ calls: made }: FakeKernel) => made.map(({ call }) => call);
const count = (kernel: FakeKernel, call: Call) => calls(kernel).filter((made) => made === call).length;
const kinds = (events: readonly SyncEvent[], family: string) =>
  events.filter((event) => event.family === family).map(({ kind }) => kind);

describe('what changes', () => {
  test('is in force at once where nothing is under way', async () => {
    const { clock, kernels, put, start } = stage();
    put(1);
    start();
    await clock.pass(0);
    put(2);
    await clock.pass(0);
    expect(calls(kernels.IPv4)).toEqual(['full', 'partial']);
    expect(services(kernels.IPv4)).toEqual(['default/s1', 'default/s2']);
  });

  test('while a sync is under way is one batch after it', async () => {
    const { clock, kernels, events, put, start } = stage();
    kernels.IPv4.course = () => ({ takes: 20 });
    put(1);
    start();
    await clock.pass(10);
    for (const host of [2, 3, 4]) put(host);
    await clock.pass(30);
    expect(calls(kernels.IPv4)).toEqual(['full', 'partial']);
    expect(events.filter(({ family, kind }) => family === 'IPv4' && kind === 'synced')).toMatchObject([
      { outcome: { scope: 'full' } },
      { outcome: { scope: 'partial', changed: 3 } },
    ]);
  });

  test('while what is left over is being removed is not forgotten', async () => {
    const { clock, kernels, put, start } = stage();
    kernels.IPv4.course = (call) => (call === 'tidy' ? { takes: 20 } : {});
    start();
    await clock.pass(0);
    put(1);
    await clock.pass(1_010);
    expect(kernels.IPv4.calls.at(-1)).toMatchObject({ call: 'tidy', started: 1_000 });
    put(2);
    await clock.pass(10);
    expect(services(kernels.IPv4)).toEqual(['default/s1', 'default/s2']);
  });

  test('in the other family only is no sync, and this one is up to date', async () => {
    const { clock, state, kernels, events, request, put, start } = stage();
    put(1);
    start();
    await clock.pass(0);
    events.length = 0;
    for (const [key, record] of state.services) {
      state.apply({ kind: 'Service', key, record: { ...record, externalIPs: [address('192.0.2.1')] } });
    }
    request();
    await clock.pass(0);
    expect(kinds(events, 'IPv4')).toEqual(['taken', 'sync starts', 'applied', 'synced', 'up to date']);
    expect(kinds(events, 'IPv6')).toEqual(['taken', 'applied', 'up to date']);
    expect(calls(kernels.IPv6)).toEqual(['full']);
  });

  test('and changes back meanwhile is no sync, but is told of', async () => {
    const { clock, kernels, events, put, start } = stage();
    put(1);
    start();
    await clock.pass(0);
    events.length = 0;
    put(1, 81);
    put(1, 80);
    await clock.pass(0);
    expect(kinds(events, 'IPv4')).toEqual(['taken', 'applied', 'up to date']);
    expect(calls(kernels.IPv4)).toEqual(['full']);
  });

  test('waits for the least time between the starts of two syncs', async () => {
    const { clock, kernels, put, start } = stage({ minSyncPeriod: 5_000 });
    kernels.IPv4.course = (call) => (call === 'full' || call === 'partial' ? { takes: 100 } : {});
    start();
    await clock.pass(200);
    put(1);
    await clock.pass(4_700);
    expect(count(kernels.IPv4, 'partial')).toBe(0);
    await clock.pass(200);
    expect(kernels.IPv4.calls.findLast(({ call }) => call === 'partial')?.started).toBe(5_000);
    expect(services(kernels.IPv4)).toEqual(['default/s1']);
  });
});

describe('a full sync', () => {
  test('that is demanded while one is under way follows it', async () => {
    const { clock, kernels, demandFull, start } = stage();
    kernels.IPv4.course = () => ({ takes: 20 });
    start();
    await clock.pass(10);
    demandFull();
    await clock.pass(40);
    expect(calls(kernels.IPv4)).toEqual(['full', 'full']);
  });

  test('follows a partial one that failed, half a second later', async () => {
    const { clock, kernels, put, start } = stage();
    let isBroken = true;
    kernels.IPv4.course = (call) => ({ fails: call === 'partial' && isBroken });
    put(1);
    start();
    await clock.pass(0);
    put(2);
    await clock.pass(0);
    isBroken = false;
    await clock.pass(500);
    expect(kernels.IPv4.calls).toMatchObject([
      { call: 'full', result: 'done' },
      { call: 'partial', result: 'failed' },
      { call: 'full', result: 'done', started: 500 },
    ]);
    expect(services(kernels.IPv4)).toEqual(['default/s1', 'default/s2']);
  });

  test('follows a failed removal of what was left over', async () => {
    const { clock, kernels, events, put, start } = stage();
    kernels.IPv4.course = (call) => ({ fails: call === 'tidy' });
    start();
    await clock.pass(0);
    put(1);
    await clock.pass(1_500);
    expect(calls(kernels.IPv4).filter((call) => call === 'tidy' || call === 'full')).toEqual([
      'full',
      'tidy',
      'full',
    ]);
    expect(kinds(events, 'IPv4')).toContain('tidying failed');
  });

  test('is tried again for Services that were refused, later, however often others change', async () => {
    const { clock, kernels, put, start } = stage();
    kernels.IPv4.refuses.add('default/s1');
    put(1);
    put(2);
    start();
    await clock.pass(0);
    expect(services(kernels.IPv4)).toEqual(['default/s2']);
    kernels.IPv4.refuses.clear();
    for (let version = 1; version < 60; version += 1) {
      put(2, version);
      await clock.pass(1_000);
    }
    expect(services(kernels.IPv4)).toEqual(['default/s2']);
    await clock.pass(1_000);
    expect(services(kernels.IPv4)).toEqual(['default/s1', 'default/s2']);
    expect(count(kernels.IPv4, 'full')).toBe(2);
  });
});

describe('tries that fail', () => {
  const startsOf = (kernel: FakeKernel) => kernel.calls.map(({ started }) => started);

  test('and cost nothing are made twice a second', async () => {
    const { clock, kernels, start } = stage();
    kernels.IPv4.course = () => ({ fails: true });
    start();
    await clock.pass(3_000);
    expect(startsOf(kernels.IPv4)).toEqual([0, 500, 1_000, 1_500, 2_000, 2_500, 3_000]);
  });

  test('and take 3 s are waited after twice as long each time, up to 30 s', async () => {
    const { clock, kernels, start } = stage();
    kernels.IPv4.course = () => ({ takes: 3_000, fails: true });
    start();
    await clock.pass(200_000);
    const starts = startsOf(kernels.IPv4);
    const pauses = starts.slice(1).map((time, index) => time - (starts[index] ?? 0) - 3_000);
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  });

  test('begin anew at half a second after a success', async () => {
    const { clock, kernels, demandFull, start } = stage();
    let fails = true;
    kernels.IPv4.course = (call) => (call === 'full' ? { takes: 3_000, fails } : {});
    start();
    await clock.pass(60_000);
    fails = false;
    await clock.pass(60_000);
    fails = true;
    kernels.IPv4.calls.length = 0;
    demandFull();
    await clock.pass(4_000);
    expect(startsOf(kernels.IPv4)).toEqual([120_000, 123_500]);
  });

  test('are not made sooner because more changes come', async () => {
    const { clock, kernels, put, start } = stage();
    kernels.IPv4.course = () => ({ fails: true });
    start();
    for (let host = 1; host < 100; host += 1) {
      put(host);
      await clock.pass(10);
    }
    expect(startsOf(kernels.IPv4)).toEqual([0, 500]);
  });
});

describe('a family', () => {
  test('does not wait for one that fails', async () => {
    const { clock, kernels, put, start } = stage();
    kernels.IPv6.course = () => ({ takes: 1_000, fails: true });
    start();
    for (const host of [1, 2, 3]) {
      await clock.pass(3_000);
      put(host);
      await clock.pass(0);
      expect(services(kernels.IPv4)).toHaveLength(host);
    }
  });

  test('does not wait for one that hangs', async () => {
    const { clock, kernels, put, start } = stage();
    kernels.IPv6.course = () => ({ takes: 'hangs' });
    put(1);
    start();
    await clock.pass(0);
    put(2);
    await clock.pass(0);
    expect(services(kernels.IPv4)).toEqual(['default/s1', 'default/s2']);
    expect(calls(kernels.IPv6)).toEqual(['full']);
  });

  test('that failed at first brings all into force that came meanwhile', async () => {
    const { clock, kernels, put, remove, start } = stage();
    let isBroken = true;
    kernels.IPv6.course = () => ({ fails: isBroken });
    put(1);
    start();
    await clock.pass(100);
    put(2);
    await clock.pass(100);
    remove(1);
    put(3);
    isBroken = false;
    await clock.pass(300);
    expect(services(kernels.IPv6)).toEqual(['default/s2', 'default/s3']);
    expect(services(kernels.IPv4)).toEqual(['default/s2', 'default/s3']);
  });

  test('is looked at though the first sync of the other failed, which is not', async () => {
    const { clock, kernels, events, put, start } = stage();
    kernels.IPv6.course = () => ({ fails: true });
    put(1);
    start();
    await clock.pass(100);
    kernels.IPv4.rules.clear();
    await clock.pass(1_000);
    expect(services(kernels.IPv4)).toEqual(['default/s1']);
    expect(kinds(events, 'IPv4')).toContain('damaged');
    expect(new Set(calls(kernels.IPv6))).toEqual(new Set(['full']));
    expect(kinds(events, 'IPv6')).not.toContain('look failed');
  });
});

describe('the end', () => {
  test('waits for a change that is under way', async () => {
    const { clock, kernels, put, ending, run } = stage();
    kernels.IPv4.course = () => ({ takes: 2_000 });
    put(1);
    const running = run();
    await clock.pass(100);
    ending.abort();
    await clock.pass(1_900);
    await running;
    expect(kernels.IPv4.calls).toMatchObject([{ call: 'full', result: 'done' }]);
  });

  test('waits 5 s for one that hangs, and then has its children ended', async () => {
    const { clock, kernels, ending, run } = stage();
    kernels.IPv4.course = () => ({ takes: 'hangs' });
    const running = run();
    await clock.pass(100);
    ending.abort();
    await clock.pass(4_999);
    expect(kernels.IPv4.calls).toMatchObject([{ call: 'full' }]);
    expect(kernels.IPv4.calls[0]?.result).toBeUndefined();
    await clock.pass(1);
    await running;
    expect(kernels.IPv4.calls).toMatchObject([{ call: 'full', result: 'aborted' }]);
  });

  test('gives a look up at once', async () => {
    const { clock, kernels, ending, run } = stage();
    kernels.IPv4.course = (call) => (call === 'schema' ? { takes: 'hangs' } : {});
    const running = run();
    await clock.pass(1_000);
    ending.abort();
    await settled();
    await running;
    expect(kernels.IPv4.calls.at(-1)).toMatchObject({ call: 'schema', result: 'aborted' });
  });

  test('that came before the start lets nothing begin', async () => {
    const { kernels, ending, run } = stage();
    ending.abort();
    await run();
    expect(kernels.IPv4.calls).toEqual([]);
  });
});

describe('once', () => {
  test('ends when all is in force and tidied', async () => {
    const { clock, kernels, reconcilers, put } = stage();
    put(1);
    const settling = Promise.all(reconcilers.map((reconciler) => reconciler.settle()));
    await clock.pass(0);
    expect(await settling).toEqual(['done', 'done']);
    put(2);
    const again = Promise.all(reconcilers.map((reconciler) => reconciler.settle()));
    await clock.pass(1_000);
    expect(await again).toEqual(['done', 'done']);
    expect(calls(kernels.IPv4)).toEqual(['full', 'partial', 'tidy']);
  });

  test('ends in each family at its first failure', async () => {
    const { clock, kernels, reconcilers, put } = stage();
    kernels.IPv6.course = () => ({ fails: true });
    put(1);
    const settling = Promise.all(reconcilers.map((reconciler) => reconciler.settle()));
    await clock.pass(0);
    expect(await settling).toEqual(['done', 'failed']);
    expect(services(kernels.IPv4)).toEqual(['default/s1']);
  });
});
