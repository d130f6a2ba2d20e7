import { describe, expect, test } from 'vitest';
import type { Look } from '../../src/backend/backend.ts';
import type { Call, FakeKernel } from '../support/sync/fake-kernel.ts';
import { stage } from '../support/sync/stage.ts';

/** When the looks of a kind began, and how they ended. */
const looksOf = ({ calls }: FakeKernel, look: Look) => calls.filter(({ call }) => call === look);
const startsOf = (kernel: FakeKernel, look: Look) => looksOf(kernel, look).map(({ started }) => started);
/** How long each call takes, in milliseconds. */
const costs = (milliseconds: Partial<Record<Call, number>>) => (call: Call) => ({
  takes: milliseconds[call] ?? 0,
});

describe('the rules are looked at', () => {
  test('each 900 ms', async () => {
    const { clock, kernels, start } = stage();
    start();
    await clock.pass(4_000);
    for (const look of ['schema', 'everything'] as const) {
      expect(startsOf(kernels.IPv4, look)).toEqual([900, 1_800, 2_700, 3_600]);
    }
  });

  test('more seldom where that takes long: a 25th of the time', async () => {
    const { clock, kernels, start } = stage();
    kernels.IPv4.course = costs({ everything: 400 });
    start();
    await clock.pass(25_000);
    expect(startsOf(kernels.IPv4, 'everything')).toEqual([900, 11_300, 21_700]);
    expect(looksOf(kernels.IPv4, 'schema').length).toBeGreaterThan(20);
  });

  test('after a minute at the latest, however long it takes', async () => {
    const { clock, kernels, start } = stage();
    kernels.IPv4.course = costs({ everything: 8_000 });
    start();
    await clock.pass(140_000);
    expect(startsOf(kernels.IPv4, 'everything')).toEqual([900, 68_900, 136_900]);
  });
});

describe("somebody else's change", () => {
  test.each<[what: string, damage: (kernel: FakeKernel) => void]>([
    ['that removes all rules', ({ rules }) => rules.clear()],
    ['to the rules of a Service', ({ rules }) => rules.set([...rules.keys()][0] as never, 'other')],
  ])('%s is seen and mended within a second, and told of', async (_, damage) => {
    const { clock, kernels, events, put, start } = stage();
    put(1);
    start();
    await clock.pass(1_500);
    const before = new Map(kernels.IPv4.rules);
    damage(kernels.IPv4);
    await clock.pass(1_000);
    expect(kernels.IPv4.rules).toEqual(before);
    expect(events.filter(({ kind }) => kind === 'damaged')).toEqual([{ family: 'IPv4', kind: 'damaged' }]);
  });

  test('is not seen in rules that are being changed', async () => {
    const { clock, kernels, events, put, start } = stage();
    put(1);
    start();
    kernels.IPv4.course = costs({ schema: 100, everything: 100 });
    await clock.pass(1_050);
    kernels.IPv4.rules.clear();
    put(2);
    await clock.pass(50);
    expect(events.filter(({ kind }) => kind === 'damaged')).toEqual([]);
    await clock.pass(5_000);
    expect(kernels.IPv4.rules.size).toBe(2);
  });
});

describe('a look that changes come upon', () => {
  test('is cancelled for them, and made up for, later where it had gone on for long', async () => {
    const { clock, kernels, put, start } = stage();
    kernels.IPv4.course = costs({ everything: 8_000 });
    start();
    await clock.pass(1_000);
    put(1);
    await clock.pass(0);
    expect(kernels.IPv4.rules.size).toBe(1);
    const looks = () => looksOf(kernels.IPv4, 'everything');
    expect(looks()).toMatchObject([{ started: 900, ended: 1_000, result: 'aborted' }]);
    await clock.pass(4_500);
    put(2);
    await clock.pass(60_000);
    expect(looks().slice(1)).toMatchObject([
      { started: 3_500, ended: 5_500, result: 'aborted' },
      { started: 55_500, result: 'done' },
    ]);
  });

  test('goes on until they may start, where there is a least time between two syncs', async () => {
    const { clock, kernels, put, start } = stage({ minSyncPeriod: 2_000 });
    kernels.IPv4.course = costs({ schema: 5_000 });
    start();
    await clock.pass(1_500);
    put(1);
    await clock.pass(500);
    expect(looksOf(kernels.IPv4, 'schema')).toMatchObject([
      { started: 900, ended: 2_000, result: 'aborted' },
    ]);
    expect(kernels.IPv4.rules.size).toBe(1);
  });

  test('goes through after 10 s of them, if it is short', async () => {
    const { clock, kernels, put, start } = stage();
    kernels.IPv4.course = costs({ schema: 15, everything: 2_000 });
    start();
    for (let version = 1; version < 2_500; version += 1) {
      put(1, version);
      await clock.pass(10);
    }
    const done = looksOf(kernels.IPv4, 'schema').filter(({ result }) => result === 'done');
    expect(done.map(({ started }) => Math.round(started / 1_000))).toEqual([12, 23]);
    expect(looksOf(kernels.IPv4, 'everything').every(({ result }) => result !== 'done')).toBe(true);
    const latest = kernels.IPv4.calls.filter(({ call }) => call === 'partial').at(-1);
    expect(latest?.started).toBeGreaterThan(24_900);
  });
});

describe('a look that fails', () => {
  test('changes nothing, is told of, and tried again', async () => {
    const { clock, kernels, events, put, start } = stage();
    let isBroken = true;
    kernels.IPv4.course = (call) => ({ fails: call === 'schema' && isBroken });
    put(1);
    start();
    await clock.pass(1_300);
    expect(events.filter(({ kind }) => kind === 'look failed')).toMatchObject([
      { family: 'IPv4', look: 'schema', error: { message: 'schema failed' } },
    ]);
    isBroken = false;
    kernels.IPv4.rules.clear();
    await clock.pass(100);
    expect(kernels.IPv4.rules.size).toBe(1);
  });

  test('is one that gives no answer for two minutes', async () => {
    const { clock, kernels, events, start } = stage();
    kernels.IPv4.course = (call) => (call === 'schema' ? { takes: 'hangs' } : {});
    start();
    await clock.pass(121_000);
    expect(events.filter(({ kind }) => kind === 'look failed')).toMatchObject([
      { family: 'IPv4', look: 'schema', error: { message: 'no answer within 120 s' } },
    ]);
    await clock.pass(2_000);
    expect(looksOf(kernels.IPv4, 'schema').map(({ result }) => result)).toEqual(['aborted', undefined]);
  });
});
