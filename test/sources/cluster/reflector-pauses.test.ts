import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { failureOfAnswer } from '../../../src/sources/cluster/api-failure.ts';
import { parseRetryAfter } from '../../../src/sources/cluster/transport.ts';
import type { ObjectKind } from '../../../src/state/records.ts';
import { logApi } from '../../../src/telemetry/logs/log-api.ts';
import { ApiServer } from '../../support/apiserver/api-server.ts';
import {
  endpointSliceObject,
  nodeObject,
  serviceCIDRObject,
  serviceObject,
} from '../../support/apiserver/objects.ts';
import { asked, ClusterWatcher } from '../../support/sources/cluster/watch-cluster.ts';
import { logLines } from '../../support/telemetry/log-lines.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  for (const watcher of watchers.splice(0)) await watcher.stop();
  vi.useRealTimers();
});

const watchers: ClusterWatcher[] = [];

const nobody = { requestDone() {}, following() {} };

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
describe('a server that answers and breaks off is asked no more often than one that does not answer', () => {
  const forever = Number.POSITIVE_INFINITY;
  const pages = { streamingLists: 'refused-by-status' } as const;

  test.each<[string, ConstructorParameters<typeof ApiServer>[0], (server: ApiServer) => void]>([
    [
      'it breaks each answer after the head',
      {},
      (server) => server.fail({ is: 'reset', at: 'head' }, { times: forever }),
    ],
    ['it ends each answer after the head', {}, (server) => server.fail({ is: 'end' }, { times: forever })],
    [
      'its lists are whole, and each watch ends at once',
      pages,
      (server) => server.fail({ is: 'end' }, { verb: 'watch', times: forever }),
    ],
    [
      'its lists are whole, and each watch is too late',
      pages,
      (server) => server.fail({ is: 'status', code: 410 }, { verb: 'watch', times: forever }),
    ],
    [
      'its streaming lists are whole, and break off then',
      {},
      (server) => {
        server.fail({ is: 'end', after: 2 }, { verb: 'streaming-list', times: forever });
        server.fail({ is: 'status', code: 410 }, { verb: 'watch', times: forever });
      },
    ],
    ['it cuts each list', pages, (server) => server.fail({ is: 'half' }, { verb: 'list', times: forever })],
    [
      'each page is too late',
      pages,
      (server) => server.fail({ is: 'status', code: 410 }, { verb: 'list', times: forever }),
    ],
  ])('%s', async (_case, settings, goWrong) => {
    const server = new ApiServer(settings);
    server.put(serviceObject('a'), endpointSliceObject('a', ['10.244.0.1']), nodeObject('node-0'));
    server.put(serviceCIDRObject('kubernetes', ['10.96.0.0/16']));
    goWrong(server);
    const { logger, lines } = logLines('info');
    watch(server, { events: logApi(logger, nobody), latency: 10 });
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    for (const kind of ['Service', 'EndpointSlice', 'Node', 'ServiceCIDR'] as const) {
      const { attempts, shortest, requests } = attemptsFor(server, kind);
      // As many as the pauses say, and one more since another kind had recovered.
      expect(attempts, kind).toBeLessThanOrEqual(32);
      expect(shortest, kind).toBeGreaterThanOrEqual(1_000);
      // A stream, a page and a watch.
      expect(requests, kind).toBeLessThanOrEqual(3 * attempts);
    }
    const perSecond = Map.groupBy(server.requests, ({ at }) => Math.floor(at / 1_000));
    // Of each kind one attempt.
    expect(Math.max(...[...perSecond.values()].map(({ length }) => length))).toBeLessThanOrEqual(12);
    // Of each kind one list, one failure and one recovery a minute at most.
    expect(lines.length).toBeLessThanOrEqual(4 * 3 * 10);
  });
});

/** An attempt begins with the request before which nothing was asked for half a second. */
function attemptsFor(server: ApiServer, kind: ObjectKind) {
  const times = server.requests.filter((request) => request.kind === kind).map(({ at }) => at);
  const begins = times.filter((at, index) => index === 0 || at - (times[index - 1] ?? 0) > 500);
  const between = begins.slice(1).map((at, index) => at - (begins[index] ?? 0));
  return { attempts: begins.length, shortest: Math.min(...between), requests: times.length };
}

describe('Retry-After', () => {
  test.each([
    ['is obeyed', 20, 20_000],
    ['never shortens the pause', 1, 1_500],
    ['is obeyed for three minutes at most', 86_400, 180_000],
    ['is obeyed for three minutes at most, though no timer runs so long', 3_000_000, 180_000],
  ])('%s', async (_case, retryAfterSeconds, expected) => {
    const server = new ApiServer();
    server.put(serviceObject('a'));
    server.fail({ is: 'status', code: 429, retryAfterSeconds }, { kind: 'Service' });
    const watcher = watch(server);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(pauses(server)).toEqual([expected]);
    expect(watcher.failures('Service')).toEqual([`Service unavailable ${expected}`]);
    expect(watcher.isLoaded).toBe(true);
  });
});

describe('Retry-After counts where it is a number of seconds:', () => {
  test.each([
    [undefined, undefined],
    ['', undefined],
    ['0', 0],
    ['20', 20_000],
    ['3000000', 3_000_000_000],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['Infinity', undefined],
    ['99999999999999999999', undefined],
    ['5 minutes', undefined],
    ['Fri, 31 Dec 1999 23:59:59 GMT', undefined],
  ])('%o', (header, expected) => expect(parseRetryAfter(header)).toBe(expected));

  test.each([-1, 0, 1.5, Number.NaN, 1e300, '20', null])('of a Status, not %o', (retryAfterSeconds) => {
    const text = JSON.stringify({ kind: 'Status', details: { retryAfterSeconds } });
    expect(failureOfAnswer(429, text, undefined).retryAfter).toBeUndefined();
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
