import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ApiObject } from '../../../src/lab/api/store/api-object.ts';
import { ApiServer } from './api-server.ts';
import { paths, send, settle, textOf, WatchReader } from './ask.ts';
import { recordedEvents, recording, recordingsUnavailable, versionIn } from './recordings.ts';

const unavailable = recordingsUnavailable();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the server answers byte for byte as the real one, given its objects', () => {
  test('a list', async ({ skip }) => {
    if (unavailable) skip(unavailable);
    const server = await recordedServices();
    expect(await text(server, paths.services)).toBe(recording('list-services.json'));
  });

  test('the pages of a list', async ({ skip }) => {
    if (unavailable) skip(unavailable);
    const server = recordedSlices(72);
    const selected = { limit: '2', labelSelector: '!service.kubernetes.io/headless' };
    const first = await text(server, paths.slices, selected);
    expect(first).toBe(recording('list-endpointslices-page1.json'));
    const { metadata } = JSON.parse(first);
    const second = await text(server, paths.slices, { ...selected, continue: metadata.continue });
    expect(second).toBe(recording('list-endpointslices-page2.json'));
  });

  test('a watch from an old version', async ({ skip }) => {
    if (unavailable) skip(unavailable);
    const watch = await WatchReader.open(recordedSlices(89), paths.slices, { resourceVersion: '60' });
    await settle();
    expect(watch.text).toBe(recording('watch-endpointslices-expired.jsonl'));
  });

  test('a watch with bookmarks', async ({ skip }) => {
    if (unavailable) skip(unavailable);
    const server = recordedSlices(89);
    const query = { resourceVersion: '72', allowWatchBookmarks: 'true', timeoutSeconds: '63' };
    const watch = await WatchReader.open(server, paths.slices, query);
    await vi.advanceTimersByTimeAsync(63_000);
    expect(watch.text).toBe(recording('watch-endpointslices.jsonl'));
    expect(watch.end).toBe('ended');
  });

  test('a streaming list', async ({ skip }) => {
    if (unavailable) skip(unavailable);
    const server = await recordedServices();
    const watch = await WatchReader.open(server, paths.services, streaming);
    const added = recordedEvents('watchlist-services.jsonl').find(({ object }) => versionIn(object) === 78);
    server.skipTo(77);
    server.put(added?.object ?? {});
    await vi.advanceTimersByTimeAsync(60_000);
    expect(watch.text).toBe(recording('watchlist-services.jsonl'));
  });

  test('a streaming list that is refused', async ({ skip }) => {
    if (unavailable) skip(unavailable);
    const server = new ApiServer({ streamingLists: 'refused-by-event' });
    expect(await text(server, paths.services, { watch: 'true', ...streaming })).toBe(
      recording('watchlist-services-unsupported.jsonl'),
    );
  });
});

const streaming = {
  sendInitialEvents: 'true',
  resourceVersionMatch: 'NotOlderThan',
  allowWatchBookmarks: 'true',
};

async function text(server: ApiServer, path: string, query: Readonly<Record<string, string>> = {}) {
  return textOf(await send(server, { path, query }));
}

/** Versions count for all kinds together: those between were other objects'. */
async function recordedServices(): Promise<ApiServer> {
  const server = new ApiServer();
  const { items } = JSON.parse(recording('list-services.json'));
  const ordered = items.toSorted((a: ApiObject, b: ApiObject) => versionIn(a) - versionIn(b));
  for (const item of ordered) {
    server.skipTo(versionIn(item) - 1);
    server.put({ kind: 'Service', apiVersion: 'v1', ...item });
  }
  server.skipTo(72);
  return server;
}

function recordedSlices(until: number): ApiServer {
  const server = new ApiServer();
  for (const { type, object } of recordedEvents('watch-endpointslices-expired.jsonl')) {
    if (versionIn(object) > until) break;
    server.skipTo(versionIn(object) - 1);
    const { name, namespace } = object.metadata as Record<string, string>;
    if (type === 'DELETED') server.remove('EndpointSlice', `${namespace}/${name}`);
    else server.put(object);
  }
  server.skipTo(until);
  return server;
}
