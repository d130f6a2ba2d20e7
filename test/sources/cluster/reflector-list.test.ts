import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiServer } from '../../support/apiserver/api-server.ts';
import { settle } from '../../support/apiserver/ask.ts';
import {
  endpointSliceObject,
  nodeObject,
  serviceCIDRObject,
  serviceObject,
} from '../../support/apiserver/objects.ts';
import { asked, askedBriefly, ClusterWatcher } from '../../support/sources/cluster/watch-cluster.ts';

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

function smallCluster(settings: ConstructorParameters<typeof ApiServer>[0] = {}): ApiServer {
  const server = new ApiServer(settings);
  server.put(serviceObject('web'), endpointSliceObject('web', ['10.244.0.1']));
  server.put(nodeObject('node-0'), nodeObject('node-1'), serviceCIDRObject('kubernetes', ['10.96.0.0/16']));
  return server;
}

const smallClusterKeys = [
  'EndpointSlice default/web-1',
  'Node node-0',
  'Service default/web',
  'ServiceCIDR kubernetes',
];

const kinds = ['Service', 'EndpointSlice', 'Node', 'ServiceCIDR'] as const;

describe('everything that exists is learnt', () => {
  test('by one streaming list of each kind, which goes on as its watch', async () => {
    const server = smallCluster();
    const watcher = watch(server);
    await settle();
    expect(watcher.isLoaded).toBe(true);
    expect(watcher.collected.keys).toEqual(smallClusterKeys);
    server.put(serviceObject('other'));
    await settle();
    expect(watcher.collected.keys).toContain('Service default/other');
    for (const kind of kinds) expect(askedBriefly(server, kind)).toEqual(['streaming-list']);
    expect(watcher.failed).toEqual([]);
  });

  test('from text that arrives in parts of any size', async () => {
    for (const chunkSize of [1, 7, 100]) {
      const watcher = watch(smallCluster(), { chunkSize });
      await vi.advanceTimersByTimeAsync(1_000);
      expect(watcher.collected.keys).toEqual(smallClusterKeys);
    }
  });

  test.each([
    ['refused by an event', 'refused-by-event'],
    ['refused by a status', 'refused-by-status'],
    ['not known', 'ignored'],
  ] as const)('by pages of 500, where a streaming list is %s', async (_case, streamingLists) => {
    const server = smallCluster({ streamingLists });
    for (let index = 0; index < 1_200; index += 1) server.put(serviceObject(`web-${index}`));
    const watcher = watch(server);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(watcher.isLoaded).toBe(true);
    expect(server.counts('Service')).toMatchObject({ streamingLists: 1, lists: 1, pages: 3, openWatches: 1 });
    expect(watcher.lists('Service')).toEqual(['Service pages']);
    expect(watcher.state.services.size).toBe(1_201);
    const pages = asked(server, 'Service').filter(({ verb }) => verb === 'list');
    expect(pages.map(({ query }) => query.limit)).toEqual(['500', '500', '500']);
    // What follows goes on from the version of the list.
    expect(askedBriefly(server, 'Service').at(-1)).toBe(`watch from ${server.resourceVersion}`);
    expect(watcher.collected.history.filter((change) => change.startsWith('-'))).toEqual([]);
  });

  test('as a stream again at the next list, should the server be another by then', async () => {
    const server = smallCluster({ streamingLists: 'refused-by-event' });
    watch(server);
    await vi.advanceTimersByTimeAsync(30_000);
    server.resetCounts();
    server.goDown();
    server.put(serviceObject('other'));
    server.compact();
    server.settings.streamingLists = 'supported';
    server.comeUp();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(server.counts('Service')).toMatchObject({ streamingLists: 1, lists: 0 });
  });

  test('without ServiceCIDRs where the server has none, or does not show them', async () => {
    for (const code of [403, 404]) {
      const server = smallCluster();
      server.fail({ is: 'status', code }, { kind: 'ServiceCIDR', times: 1_000 });
      const watcher = watch(server);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(watcher.isLoaded).toBe(true);
      expect(watcher.collected.keys).toEqual(smallClusterKeys.slice(0, 3));
      server.resetCounts();
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect(server.counts('ServiceCIDR').streamingLists).toBeLessThanOrEqual(12);
    }
  });

  test('with what changes while the pages are read', async () => {
    const server = new ApiServer({ streamingLists: 'refused-by-status' });
    for (let index = 0; index < 700; index += 1) server.put(serviceObject(`web-${1_000 + index}`));
    server.fail({ is: 'drip', characters: 4_000, interval: 10 }, { kind: 'Service', verb: 'list' });
    const watcher = watch(server);
    await vi.advanceTimersByTimeAsync(500);
    expect(server.counts('Service')).toMatchObject({ pages: 1 });
    server.remove('Service', 'default/web-1699');
    server.remove('Service', 'default/web-1000');
    server.put(serviceObject('zebra'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(watcher.state.services.size).toBe(699);
    expect(watcher.collected.keys).toContain('Service default/zebra');
    expect(watcher.collected.keys).not.toContain('Service default/web-1000');
    expect(watcher.collected.keys).not.toContain('Service default/web-1699');
  });

  test('by a list from its beginning, where the pages expire between them', async () => {
    const server = new ApiServer({ streamingLists: 'refused-by-status' });
    for (let index = 0; index < 700; index += 1) server.put(serviceObject(`web-${1_000 + index}`));
    server.fail({ is: 'drip', characters: 4_000, interval: 10 }, { kind: 'Service', verb: 'list' });
    const watcher = watch(server);
    await vi.advanceTimersByTimeAsync(500);
    server.put(serviceObject('zebra'));
    server.compact();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(watcher.failures('Service')).toEqual(['Service expired 1500']);
    expect(watcher.lists('Service')).toEqual(['Service pages']);
    expect(watcher.state.services.size).toBe(701);
  });
});

describe('only what concerns this proxy is asked for', () => {
  const proxyName = 'service.kubernetes.io/service-proxy-name';
  const headless = 'service.kubernetes.io/headless';
  test.each([
    ['', { Service: `!${headless},!${proxyName}`, EndpointSlice: `!${headless},!${proxyName}` }],
    ['mesh', { Service: `${proxyName}=mesh`, EndpointSlice: `!${headless}` }],
  ])('for service proxy name %o', async (serviceProxyName, selectors) => {
    const server = smallCluster({ streamingLists: 'refused-by-event' });
    watch(server, { serviceProxyName });
    await vi.advanceTimersByTimeAsync(30_000);
    const selectorsOf = (kind: (typeof kinds)[number]) =>
      asked(server, kind).map(({ query }) => query.labelSelector ?? query.fieldSelector);
    expect(new Set(selectorsOf('Service'))).toEqual(new Set([selectors.Service]));
    expect(new Set(selectorsOf('EndpointSlice'))).toEqual(new Set([selectors.EndpointSlice]));
    expect(new Set(selectorsOf('Node'))).toEqual(new Set(['metadata.name=node-0']));
    expect(new Set(selectorsOf('ServiceCIDR'))).toEqual(new Set([undefined]));
    // The refused stream, the page and the watch.
    for (const kind of kinds) expect(asked(server, kind)).toHaveLength(3);
  });

  test('an object that leaves the selection is gone, and comes back with it', async () => {
    const server = smallCluster();
    const watcher = watch(server);
    await settle();
    server.put(serviceObject('web', { labels: { [headless]: '' } }));
    await settle();
    expect(watcher.collected.keys).not.toContain('Service default/web');
    server.put(serviceObject('web'));
    await settle();
    expect(watcher.collected.keys).toContain('Service default/web');
    expect(watcher.collected.history.slice(-2)).toEqual(['- Service default/web', '+ Service default/web']);
  });
});
