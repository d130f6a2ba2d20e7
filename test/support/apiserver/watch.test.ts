import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiServer } from './api-server.ts';
import { get, paths, settle, WatchReader } from './ask.ts';
import { serviceObject } from './objects.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const streaming = {
  sendInitialEvents: 'true',
  resourceVersionMatch: 'NotOlderThan',
  allowWatchBookmarks: 'true',
};

describe('a watch', () => {
  test('tells what happened after its version, and then what happens', async () => {
    const server = new ApiServer({ resourceVersion: 10 });
    server.put(serviceObject('a'), serviceObject('b'));
    const watch = await WatchReader.open(server, paths.services, { resourceVersion: '11' });
    server.put(serviceObject('a'));
    server.remove('Service', 'default/b');
    await settle();
    expect(watch.summary).toEqual(['ADDED default/b 12', 'MODIFIED default/a 13', 'DELETED default/b 14']);
    expect(watch.end).toBe('open');
  });

  test('tells nothing of other kinds', async () => {
    const server = new ApiServer();
    const watch = await WatchReader.open(server, paths.nodes, { resourceVersion: '1' });
    server.put(serviceObject('a'));
    await settle();
    expect(watch.summary).toEqual([]);
  });

  test('tells a change that leaves the selection as a removal, one that enters it as an addition', async () => {
    const server = new ApiServer();
    const query = { resourceVersion: '1', labelSelector: '!hidden' };
    const watch = await WatchReader.open(server, paths.services, query);
    server.put(serviceObject('a'));
    server.put(serviceObject('a', { labels: { hidden: '' }, clusterIP: '10.96.0.99' }));
    server.put(serviceObject('a', { labels: { hidden: 'still' } }));
    server.put(serviceObject('a'));
    await settle();
    expect(watch.summary).toEqual(['ADDED default/a 2', 'DELETED default/a 3', 'ADDED default/a 5']);
    // As it was when it was last seen, under the version of the change.
    expect(watch.events[1]?.object).toMatchObject({ spec: { clusterIP: '10.96.0.10' } });
    expect(watch.events[1]?.object.metadata).not.toHaveProperty('labels');
  });

  test('ends after timeoutSeconds, with a bookmark each minute and one two seconds before the end', async () => {
    const server = new ApiServer({ resourceVersion: 5 });
    const query = { resourceVersion: '5', allowWatchBookmarks: 'true', timeoutSeconds: '100' };
    const watch = await WatchReader.open(server, paths.services, query);
    server.skipTo(7);
    await vi.advanceTimersByTimeAsync(60_000);
    server.skipTo(8);
    expect(watch.events.map(({ object }) => object)).toEqual([
      {
        kind: 'Service',
        apiVersion: 'v1',
        metadata: { resourceVersion: '7' },
        spec: {},
        status: { loadBalancer: {} },
      },
    ]);
    await vi.advanceTimersByTimeAsync(39_999);
    expect(watch.summary).toEqual(['BOOKMARK 7', 'BOOKMARK 8']);
    expect(watch.end).toBe('open');
    await vi.advanceTimersByTimeAsync(1);
    expect(watch.end).toBe('ended');
    expect(server.counts('Service')).toMatchObject({ watches: 1, openWatches: 0 });
  });

  test('has no bookmarks unless they are asked for, and lasts half an hour where nothing is said', async () => {
    const watch = await WatchReader.open(new ApiServer(), paths.services, { resourceVersion: '1' });
    await vi.advanceTimersByTimeAsync(1_799_999);
    expect([watch.text, watch.end]).toEqual(['', 'open']);
    await vi.advanceTimersByTimeAsync(1);
    expect(watch.end).toBe('ended');
  });

  test('from a compacted version gets one ERROR event, and ends', async () => {
    const server = new ApiServer({ resourceVersion: 5 });
    server.put(serviceObject('a'), serviceObject('b'));
    server.compact();
    const watch = await WatchReader.open(server, paths.services, { resourceVersion: '6' });
    await settle();
    expect(watch.events).toEqual([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: 'too old resource version: 6 (7)',
          reason: 'Expired',
          code: 410,
        },
      },
    ]);
    expect(watch.end).toBe('ended');
    const recent = await WatchReader.open(server, paths.services, { resourceVersion: '7' });
    await settle();
    expect(recent.end).toBe('open');
  });

  test('from a compacted version gets 410 from a server that has no memory of its own', async () => {
    const server = new ApiServer({ resourceVersion: 5, expiredWatch: 'status' });
    server.compact();
    const answer = await get(server, paths.services, { watch: 'true', resourceVersion: '4' });
    expect(answer).toMatchObject({ status: 410, body: { reason: 'Expired' } });
  });

  test('from a version to come is silent until then', async () => {
    const server = new ApiServer({ resourceVersion: 5 });
    const query = { resourceVersion: '7', allowWatchBookmarks: 'true' };
    const watch = await WatchReader.open(server, paths.services, query);
    server.put(serviceObject('a'));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(watch.summary).toEqual([]);
    server.put(serviceObject('b'), serviceObject('c'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(watch.summary).toEqual(['ADDED default/c 8', 'BOOKMARK 8']);
  });

  test('from a version to come is refused by an ERROR event after three seconds, on demand', async () => {
    const server = new ApiServer({ resourceVersion: 5, futureWatch: 'refused' });
    const watch = await WatchReader.open(server, paths.services, { resourceVersion: '7' });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(watch.events).toMatchObject([
      { type: 'ERROR', object: { message: 'Timeout: Too large resource version: 7, current: 5' } },
    ]);
    expect(watch.end).toBe('ended');
    expect(server.requests.map(({ status }) => status)).toEqual([504]);
  });

  test('counts as open until the client leaves', async () => {
    const server = new ApiServer();
    const watch = await WatchReader.open(server, paths.services, { resourceVersion: '1' });
    expect(server.counts('Service').openWatches).toBe(1);
    watch.leave();
    await settle();
    expect(server.counts('Service').openWatches).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a streaming list', () => {
  test('begins with the objects and a bookmark that ends them, and goes on', async () => {
    const server = new ApiServer();
    server.put(serviceObject('b'), serviceObject('a'));
    const watch = await WatchReader.open(server, paths.services, streaming);
    server.put(serviceObject('c'));
    await settle();
    expect(watch.summary).toEqual([
      'ADDED default/a 3',
      'ADDED default/b 2',
      'BOOKMARK 3',
      'ADDED default/c 4',
    ]);
    expect(watch.events[2]?.object.metadata).toEqual({
      resourceVersion: '3',
      annotations: { 'k8s.io/initial-events-end': 'true' },
    });
    expect(server.counts('Service')).toMatchObject({
      streamingLists: 1,
      watches: 0,
      lists: 0,
      openWatches: 1,
    });
  });

  test('from a version to come is refused by an ERROR event after three seconds', async () => {
    const query = { ...streaming, resourceVersion: '9' };
    const watch = await WatchReader.open(new ApiServer(), paths.services, query);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(watch.events.map(({ object }) => object.code)).toEqual([504]);
    expect(watch.end).toBe('ended');
  });

  test('is refused by 422 where the feature is off', async () => {
    const server = new ApiServer({ streamingLists: 'refused-by-status' });
    const { status, body } = await get(server, paths.services, { watch: 'true', ...streaming });
    expect(status).toBe(422);
    expect(body.message).toBe(
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch ' +
        'unless the WatchList feature gate is enabled',
    );
    expect(body.details.causes[0]).toMatchObject({
      reason: 'FieldValueForbidden',
      field: 'sendInitialEvents',
    });
  });

  test('has no end of the initial events where the parameters are unknown', async () => {
    const server = new ApiServer({ streamingLists: 'ignored' });
    server.put(serviceObject('a'));
    const watch = await WatchReader.open(server, paths.services, streaming);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(watch.summary).toEqual(['ADDED default/a 2', 'BOOKMARK 2']);
    expect(watch.events[1]?.object.metadata).toEqual({ resourceVersion: '2' });
  });
});

describe('a server', () => {
  test('that restarts breaks what is open and knows no history', async () => {
    const server = new ApiServer();
    server.put(serviceObject('a'), serviceObject('b'));
    const watch = await WatchReader.open(server, paths.services, { resourceVersion: '3' });
    server.restart();
    await settle();
    expect(watch.end).toBe('broken');
    const again = await WatchReader.open(server, paths.services, { resourceVersion: '2' });
    await settle();
    expect(again.events[0]).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  });

  test('that is restored has the objects and the versions of its backup', async () => {
    const server = new ApiServer();
    server.put(serviceObject('a'));
    const backup = server.backup();
    server.put(serviceObject('a', { clusterIP: '10.96.0.11' }), serviceObject('b'));
    server.restore(backup);
    expect(server.objects('Service')).toMatchObject([
      { metadata: { name: 'a' }, spec: { clusterIP: '10.96.0.10' } },
    ]);
    expect(server.resourceVersion).toBe('2');
    server.put(serviceObject('c'));
    expect(server.get('Service', 'default/c')?.metadata.resourceVersion).toBe('3');
  });

  test('that is down takes no connection until it comes up', async () => {
    const server = new ApiServer();
    server.goDown();
    await expect(get(server, paths.services)).rejects.toThrow('ECONNRESET');
    server.comeUp();
    expect(await get(server, paths.services)).toMatchObject({ status: 200 });
  });
});
