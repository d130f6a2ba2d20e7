import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiServer } from '../../support/apiserver/api-server.ts';
import { serviceObject } from '../../support/apiserver/objects.ts';
import { asked, ClusterWatcher } from '../../support/sources/cluster/watch-cluster.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  for (const watcher of watchers.splice(0)) await watcher.stop();
  vi.useRealTimers();
});

const watchers: ClusterWatcher[] = [];

function watch(...[server, options]: ConstructorParameters<typeof ClusterWatcher>): ClusterWatcher {
  const watcher = new ClusterWatcher(server, options);
  watchers.push(watcher);
  return watcher;
}

/** Milliseconds between the requests for Services. */
function pauses(server: ApiServer): readonly number[] {
  const times = asked(server, 'Service').map(({ at }) => at);
  return times.slice(1).map((at, index) => at - (times[index] ?? 0));
}

describe('a server that does not answer is asked', () => {
  test.each([
    ['at the shortest', 0, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]],
    ['in the middle', 0.5, [1_500, 3_000, 6_000, 12_000, 22_500, 22_500, 22_500]],
    ['at the longest', 1, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]],
  ])('ever less often, up to 30 s, by chance: %s', async (_case, chance, expected) => {
    const server = new ApiServer();
    server.goDown();
    watch(server, { random: () => chance });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(pauses(server).slice(0, expected.length)).toEqual(expected);
  });

  test('often again, once it answered for a while', async () => {
    const server = new ApiServer();
    server.goDown();
    watch(server);
    await vi.advanceTimersByTimeAsync(120_000);
    server.comeUp();
    await vi.advanceTimersByTimeAsync(60_000);
    server.resetCounts();
    server.goDown();
    const down = Date.now();
    await vi.advanceTimersByTimeAsync(10_000);
    // At most 2 s, and at most 4 s more.
    const times = server.requests.filter(({ kind }) => kind === 'Service').map(({ at }) => at - down);
    expect(times).toEqual([1_500, 4_500]);
  });

  test('no more often where it answers and breaks off at once', async () => {
    const server = new ApiServer();
    server.fail({ is: 'reset', at: 'head' }, { times: 1_000 });
    watch(server);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked(server, 'Service').length).toBeLessThan(32);
  });

  test('no more often where it ends each watch at once', async () => {
    const server = new ApiServer();
    watch(server);
    await vi.advanceTimersByTimeAsync(60_000);
    server.resetCounts();
    for (let second = 0; second < 600; second += 1) {
      server.endConnections({ kind: 'Service' });
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(server.counts('Service').watches).toBeLessThan(40);
    expect(server.counts('Service')).toMatchObject({ lists: 0, streamingLists: 0 });
  });
});

describe('Retry-After', () => {
  test.each([
    ['is obeyed', 20, 20_000],
    ['never shortens the pause', 1, 1_500],
  ])('%s', async (_case, retryAfterSeconds, expected) => {
    const server = new ApiServer();
    server.fail({ is: 'status', code: 429, retryAfterSeconds }, { kind: 'Service' });
    const watcher = watch(server);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(pauses(server)).toEqual([expected]);
    expect(watcher.failures('Service')).toEqual([`Service unavailable ${expected}`]);
    expect(watcher.isLoaded).toBe(true);
  });
});

describe('the first list', () => {
  test.each([
    ['hangs', { is: 'hang', at: 'request' }],
    ['hangs after the head', { is: 'hang', at: 'head' }],
    ['hangs after an event', { is: 'hang', at: 'head', after: 1 }],
    ['breaks in the middle', { is: 'reset', at: 'piece', after: 1 }],
    ['ends early', { is: 'half', after: 1 }],
    ['is garbage', { is: 'garbage' }],
    ['is refused with 500', { is: 'status', code: 500 }],
    ['is refused with 503', { is: 'status', code: 503 }],
    ['drips', { is: 'drip', characters: 50, interval: 100 }],
  ] as const)('is complete, though an attempt at it %s', async (_case, fault) => {
    const server = new ApiServer();
    server.put(serviceObject('a'), serviceObject('b'), serviceObject('c'));
    server.fail(fault, { kind: 'Service' });
    const watcher = watch(server);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(watcher.isLoaded).toBe(true);
    expect(watcher.state.services.size).toBe(3);
    expect(watcher.lists('Service')).toHaveLength(1);
  });

  test('in pages is complete, though each attempt at it goes wrong in another way', async () => {
    const server = new ApiServer({ streamingLists: 'refused-by-event' });
    for (let index = 0; index < 600; index += 1) server.put(serviceObject(`web-${index}`));
    const filter = { kind: 'Service', verb: 'list' } as const;
    server.fail({ is: 'reset', at: 'piece' }, filter);
    server.fail({ is: 'half' }, filter);
    server.fail({ is: 'garbage' }, filter);
    server.fail({ is: 'hang', at: 'head' }, filter);
    server.fail({ is: 'status', code: 410 }, filter);
    const watcher = watch(server);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(watcher.isLoaded).toBe(true);
    expect(watcher.state.services.size).toBe(600);
    expect(watcher.lists('Service')).toEqual(['Service pages']);
    expect(watcher.collected.history.filter((change) => change.startsWith('-'))).toEqual([]);
  });
});

test('nothing is left behind when it ends', async () => {
  const server = new ApiServer();
  server.put(serviceObject('a'));
  const watcher = new ClusterWatcher(server);
  await vi.advanceTimersByTimeAsync(20_000);
  server.goDown();
  await vi.advanceTimersByTimeAsync(100);
  await watcher.stop();
  expect(vi.getTimerCount()).toBe(0);
  expect(server.counts().openWatches).toBe(0);
});
