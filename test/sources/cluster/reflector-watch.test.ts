import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiServer } from '../../support/apiserver/api-server.ts';
import { settle } from '../../support/apiserver/ask.ts';
import { endpointSliceObject, nodeObject, serviceObject } from '../../support/apiserver/objects.ts';
import { asked, askedBriefly, ClusterWatcher } from '../../support/sources/cluster/watch-cluster.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  for (const watcher of watchers.splice(0)) await watcher.stop();
  vi.useRealTimers();
});

const watchers: ClusterWatcher[] = [];

/** A server with Services a, b and c, all known to the watcher; the requests that told it so are forgotten. */
async function watched(settings: ConstructorParameters<typeof ApiServer>[0] = {}) {
  const server = new ApiServer(settings);
  server.put(serviceObject('a'), serviceObject('b'), serviceObject('c'), nodeObject('node-0'));
  const watcher = new ClusterWatcher(server);
  watchers.push(watcher);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(watcher.isLoaded).toBe(true);
  server.resetCounts();
  watcher.collected.history.length = 0;
  return { server, watcher };
}

/** Longer than any pause, and than the silence that is borne. */
const aWhile = 150_000;

describe('a watch whose time is over', () => {
  test('goes on from where it ended, without a list, for hours', async () => {
    const { server, watcher } = await watched();
    for (let hour = 1; hour <= 6; hour += 1) {
      server.put(serviceObject(`hour-${hour}`));
      await vi.advanceTimersByTimeAsync(3_600_000);
    }
    expect(server.counts('Service')).toMatchObject({ lists: 0, streamingLists: 0, openWatches: 1 });
    expect(server.counts('Service').watches).toBeGreaterThan(36);
    expect(watcher.state.services.size).toBe(9);
    expect(watcher.failed).toEqual([]);
  });

  test('goes on from the version of a bookmark, so that a compaction of what others did does no harm', async () => {
    const { server, watcher } = await watched();
    for (let minute = 0; minute < 120; minute += 1) {
      server.put(endpointSliceObject('busy', [`10.244.0.${minute + 1}`]));
      await vi.advanceTimersByTimeAsync(60_000);
      server.compact(Number(server.resourceVersion) - 3);
    }
    expect(server.counts()).toMatchObject({ lists: 0, streamingLists: 0 });
    expect(watcher.failed).toEqual([]);
  });

  test('is asked for 5 to 10 minutes, with bookmarks', async () => {
    const { server } = await watched();
    await vi.advanceTimersByTimeAsync(3_600_000);
    const queries = asked(server, 'Service').map(({ query }) => query);
    for (const query of queries) {
      expect(query.allowWatchBookmarks).toBe('true');
      expect(Number(query.timeoutSeconds)).toBeGreaterThanOrEqual(300);
      expect(Number(query.timeoutSeconds)).toBeLessThanOrEqual(600);
    }
    expect(queries.length).toBeGreaterThan(6);
  });
});

describe('a connection that breaks', () => {
  test('is made again from the last version, and what happened meanwhile is learnt', async () => {
    const { server, watcher } = await watched();
    server.put(serviceObject('d'));
    const { resourceVersion } = server;
    await settle();
    server.goDown();
    server.put(serviceObject('a', { clusterIP: '10.96.0.77' }), serviceObject('e'));
    server.remove('Service', 'default/b');
    await vi.advanceTimersByTimeAsync(500);
    server.comeUp();
    await vi.advanceTimersByTimeAsync(aWhile);
    expect(askedBriefly(server, 'Service')[0]).toBe(`watch from ${resourceVersion}`);
    expect(server.counts('Service')).toMatchObject({ lists: 0, streamingLists: 0 });
    expect(watcher.collected.history).toEqual([
      '+ Service default/d',
      '+ Service default/a',
      '+ Service default/e',
      '- Service default/b',
    ]);
  });

  test.each([
    ['before the answer', { is: 'reset', at: 'request' }],
    ['after the head', { is: 'reset', at: 'head' }],
    ['in the middle of an event', { is: 'reset', at: 'piece' }],
    ['in the middle of a later event', { is: 'reset', at: 'piece', after: 2 }],
    ['in the middle of an event, as if it were whole', { is: 'half', after: 1 }],
    ['by garbage', { is: 'garbage', after: 1 }],
    ['by silence before the answer', { is: 'hang', at: 'request' }],
    ['by silence after the head', { is: 'hang', at: 'head' }],
    ['by silence after an event', { is: 'hang', at: 'head', after: 1 }],
    ['by 401', { is: 'status', code: 401 }],
    ['by 429', { is: 'status', code: 429, retryAfterSeconds: 3 }],
    ['by 500', { is: 'status', code: 500 }],
    ['by 503', { is: 'status', code: 503 }],
  ] as const)('again and again %s loses nothing and costs no list', async (_case, fault) => {
    const { server, watcher } = await watched();
    server.fail(fault, { times: 4, kind: 'Service', verb: 'watch' });
    server.breakConnections({ kind: 'Service' });
    server.put(serviceObject('d'), serviceObject('e'), serviceObject('f'));
    server.remove('Service', 'default/d');
    await vi.advanceTimersByTimeAsync(8 * aWhile);
    expect(server.counts('Service')).toMatchObject({ lists: 0, streamingLists: 0, openWatches: 1 });
    expect([...watcher.state.services.keys()].sort()).toEqual(
      ['a', 'b', 'c', 'e', 'f'].map((name) => `default/${name}`),
    );
    expect(watcher.collected.history.filter((change) => change.startsWith('-'))).toEqual([
      '- Service default/d',
    ]);
    expect(watcher.recovered).toContain('Service');
  });
});

describe('a connection that goes silent', () => {
  test('is noticed by the bookmarks that stay away', async () => {
    const { server, watcher } = await watched();
    server.muteConnections({ kind: 'Service' });
    server.put(serviceObject('d'));
    await vi.advanceTimersByTimeAsync(aWhile);
    expect(watcher.collected.keys).toContain('Service default/d');
    expect(server.counts('Service')).toMatchObject({ lists: 0, streamingLists: 0, watches: 1 });
    // What went silent was given up, so that it costs nothing any more.
    expect(server.counts('Service').openWatches).toBe(1);
  });

  test('costs no list, however often, where all was well between', async () => {
    const { server } = await watched();
    for (let hour = 0; hour < 5; hour += 1) {
      server.muteConnections({ kind: 'Service' });
      await vi.advanceTimersByTimeAsync(3_600_000);
    }
    expect(server.counts('Service')).toMatchObject({ lists: 0, streamingLists: 0, openWatches: 1 });
  });

  test('is not suspected while bookmarks come', async () => {
    const { server } = await watched();
    await vi.advanceTimersByTimeAsync(400_000);
    expect(server.counts('Service').watches).toBe(0);
  });
});

describe('a gap: the server no longer knows what happened', () => {
  /** Down for a moment, in which a changes, b goes and comes anew, c goes, d comes; and all of it is forgotten. */
  async function gap(server: ApiServer): Promise<void> {
    server.goDown();
    server.put(serviceObject('a', { clusterIP: '10.96.0.77' }), serviceObject('d'));
    server.remove('Service', 'default/b');
    server.remove('Service', 'default/c');
    server.put(serviceObject('b'));
    server.compact();
    await vi.advanceTimersByTimeAsync(100);
    server.comeUp();
    await vi.advanceTimersByTimeAsync(aWhile);
  }

  test.each([
    ['an ERROR event; streaming', { expiredWatch: 'event', streamingLists: 'supported' }],
    ['a status 410; streaming', { expiredWatch: 'status', streamingLists: 'supported' }],
    ['an ERROR event; pages', { expiredWatch: 'event', streamingLists: 'refused-by-event' }],
    ['a status 410; pages', { expiredWatch: 'status', streamingLists: 'refused-by-status' }],
  ] as const)('costs one list, after %s', async (_case, settings) => {
    const { server, watcher } = await watched(settings);
    watcher.listed.length = 0;
    await gap(server);
    expect(watcher.lists('Service')).toHaveLength(1);
    expect(server.counts('Service').pages).toBeLessThanOrEqual(1);
    expect(server.counts('Service').streamingLists).toBe(1);
    expect([...watcher.state.services.keys()].sort()).toEqual(['default/a', 'default/b', 'default/d']);
  });

  test('takes nothing away that still exists, and removes what does not', async () => {
    const { server, watcher } = await watched();
    await gap(server);
    expect(watcher.collected.history.filter((change) => change.startsWith('-'))).toEqual([
      '- Service default/c',
    ]);
  });

  test('leaves everything in force while the list cannot be had', async () => {
    const { server, watcher } = await watched();
    server.fail(
      { is: 'reset', at: 'piece', after: 1 },
      { times: 20, kind: 'Service', verb: 'streaming-list' },
    );
    await gap(server);
    expect(watcher.collected.history.filter((change) => change.startsWith('-'))).toEqual([]);
    expect(watcher.state.services.size).toBeGreaterThanOrEqual(3);
    server.heal();
    await vi.advanceTimersByTimeAsync(aWhile);
    expect(watcher.collected.history.filter((change) => change.startsWith('-'))).toEqual([
      '- Service default/c',
    ]);
  });
});

describe('a server whose versions go back, as after a restored backup', () => {
  test.each([
    ['that refuses the version', 'refused'],
    ['that waits for the version in silence', 'silent'],
  ] as const)('%s is listed, and what it has counts', async (_case, futureWatch) => {
    const { server, watcher } = await watched({ futureWatch });
    const backup = server.backup();
    server.put(serviceObject('d'), serviceObject('a', { clusterIP: '10.96.0.77' }));
    server.remove('Service', 'default/b');
    server.skipTo(1_000);
    await vi.advanceTimersByTimeAsync(60_000);
    server.restore(backup);
    server.resetCounts();
    await vi.advanceTimersByTimeAsync(4 * aWhile);
    expect([...watcher.state.services.keys()].sort()).toEqual(['default/a', 'default/b', 'default/c']);
    expect(watcher.collected.objects.get('Service default/a')).toMatchObject({
      record: { clusterIPs: ['10.96.0.10'] },
    });
    const { lists, streamingLists } = server.counts('Service');
    expect(lists + streamingLists).toBe(1);
  });

  test('may give a version to other content than before', async () => {
    const { server, watcher } = await watched({ futureWatch: 'refused' });
    const backup = server.backup();
    const version = server.put(serviceObject('a', { clusterIP: '10.96.0.77' }));
    server.skipTo(1_000);
    await vi.advanceTimersByTimeAsync(60_000);
    server.restore(backup);
    expect(server.put(serviceObject('a', { clusterIP: '10.96.0.88' }))).toBe(version);
    await vi.advanceTimersByTimeAsync(aWhile);
    expect(watcher.collected.objects.get('Service default/a')).toMatchObject({
      record: { clusterIPs: ['10.96.0.88'] },
    });
  });
});
