import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ApiObject } from '../../../src/lab/api/store/api-object.ts';
import { ApiServer } from '../../support/apiserver/api-server.ts';
import { settle } from '../../support/apiserver/ask.ts';
import { endpointSliceObject, serviceObject } from '../../support/apiserver/objects.ts';
import { ClusterWatcher } from '../../support/sources/cluster/watch-cluster.ts';

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

const spec = { ...(serviceObject('a').spec as ApiObject) };

/** Nothing in them can be used: no API server lets them in, but a newer one might have its own mind. */
const unreadable: readonly (readonly [string, ApiObject])[] = [
  ['a spec that is a text', { ...serviceObject('bad'), spec: 'none' }],
  ['ports that are a number', { ...serviceObject('bad'), spec: { ...spec, ports: 7 } }],
  [
    'a name that is no name',
    { ...serviceObject('bad'), metadata: { name: 'Bad Name!', namespace: 'default' } },
  ],
];

describe('an object that cannot be read', () => {
  test.each(['supported', 'refused-by-event'] as const)(
    'is a problem, and nothing else is lost, in a list (streaming lists %s)',
    async (streamingLists) => {
      for (const [, bad] of unreadable) {
        const server = new ApiServer({ streamingLists });
        server.put(serviceObject('a'), bad, serviceObject('c'));
        const watcher = watch(server);
        await vi.advanceTimersByTimeAsync(20_000);
        expect(watcher.isLoaded).toBe(true);
        expect(watcher.collected.keys.filter((key) => !key.includes('ad'))).toEqual([
          'Service default/a',
          'Service default/c',
        ]);
        expect(watcher.collected.problems.length).toBeGreaterThan(0);
      }
    },
  );

  test.each(unreadable)('is a problem, and nothing else is lost, in a watch: %s', async (_case, bad) => {
    const server = new ApiServer();
    server.put(serviceObject('a'));
    const watcher = watch(server);
    await settle();
    server.put(bad, serviceObject('c'));
    await settle();
    expect(watcher.collected.keys).toContain('Service default/c');
    expect(watcher.collected.problems.length).toBeGreaterThan(0);
    expect(watcher.collected.problems[0]).toMatch(/^Service /);
    expect(watcher.failed).toEqual([]);
    expect(server.counts('Service')).toMatchObject({ streamingLists: 1, watches: 0, openWatches: 1 });
  });

  test('in place of a good one leaves the good one in force, until it goes', async () => {
    const server = new ApiServer();
    server.put(endpointSliceObject('web', ['10.244.0.1']));
    const watcher = watch(server);
    await settle();
    const good = watcher.collected.objects.get('EndpointSlice default/web-1');
    server.put({ ...endpointSliceObject('web', ['10.244.0.1']), addressType: 'Carrier Pigeon' });
    await settle();
    expect(watcher.collected.problems).toHaveLength(1);
    expect(watcher.collected.objects.get('EndpointSlice default/web-1')).toEqual(good);
    server.remove('EndpointSlice', 'default/web-1');
    await settle();
    expect(watcher.collected.keys).toEqual([]);
  });

  test('is replaced by a good one', async () => {
    const server = new ApiServer();
    server.put({ ...serviceObject('bad'), spec: 'none' });
    const watcher = watch(server);
    await settle();
    server.put(serviceObject('bad'));
    await settle();
    expect(watcher.collected.keys).toEqual(['Service default/bad']);
  });
});

describe('a line of a watch', () => {
  test('of an unknown type is passed over', async () => {
    const server = new ApiServer();
    server.fail({ is: 'unknown-event', after: 1 }, { kind: 'Service' });
    server.put(serviceObject('a'), serviceObject('b'));
    const watcher = watch(server);
    await settle();
    expect(watcher.collected.keys).toEqual(['Service default/a', 'Service default/b']);
    expect(watcher.failed).toEqual([]);
    expect(server.counts('Service')).toMatchObject({ streamingLists: 1, openWatches: 1 });
  });

  test('may hold any text of the world, wherever it is cut', async () => {
    const server = new ApiServer();
    const names = 'Zürich {"]} \\ " 漢字 🙂 \u2028';
    server.put({
      ...serviceObject('a'),
      metadata: { name: 'a', namespace: 'default', annotations: { names } },
    });
    const watcher = watch(server, { chunkSize: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    server.put(serviceObject('b'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(watcher.collected.keys).toEqual(['Service default/a', 'Service default/b']);
    expect(watcher.failed).toEqual([]);
  });
});
