import { expect, test } from 'vitest';
import { atApiServer } from '../support/cluster/at-api-server.ts';
import type { Cluster } from '../support/cluster/cluster.ts';

const kinds = ['services', 'endpointslices', 'nodes', 'servicecidrs'];

atApiServer('objects are listed by streams', {}, (cluster) => {
  test('one watch of each kind lists it and goes on, and asks for what the proxy needs', async () => {
    await using node = await cluster().addNode();
    const portolan = await node.startPortolan();
    await portolan.programmed();
    const requests = await node.requests();
    expect(requests.map(({ resource }) => resource).toSorted()).toEqual(kinds.toSorted());
    for (const { verb, query, status, userAgent } of requests) {
      expect({ verb, status }).toEqual({ verb: 'watch', status: 200 });
      expect(query).toMatchObject({ sendInitialEvents: 'true', allowWatchBookmarks: 'true' });
      expect(userAgent).toMatch(/^portolan\//);
    }
    const selectors = requests.map(({ resource, query }) => [
      resource,
      query.labelSelector ?? query.fieldSelector,
    ]);
    const nobodyElses = '!service.kubernetes.io/headless,!service.kubernetes.io/service-proxy-name';
    expect(Object.fromEntries(selectors)).toEqual({
      services: nobodyElses,
      endpointslices: nobodyElses,
      nodes: `metadata.name=${node.name}`,
      servicecidrs: undefined,
    });
  });
});

atApiServer(
  'objects are listed in pages, where the API server does not stream lists',
  { flags: ['--feature-gates=WatchList=false'] },
  (cluster) => {
    test('a page has 500 objects, and the watch goes on from the last', async () => {
      await using node = await cluster().addNode();
      await createSlices(cluster(), 1_100);
      const portolan = await node.startPortolan();
      await portolan.programmed();
      const slices = await portolan.logged(({ msg, kind }) => msg === 'listed' && kind === 'EndpointSlice');
      expect(slices).toMatchObject({ how: 'pages' });
      expect(slices.objects).toBeGreaterThanOrEqual(1_100);
      const requests = (await node.requests()).filter(
        ({ resource, status }) => resource === 'endpointslices' && status === 200,
      );
      const pages = requests.filter(({ verb }) => verb === 'list');
      expect(pages.map(({ query }) => query.limit)).toEqual(['500', '500', '500']);
      expect(pages.map(({ query }) => query.continue !== undefined)).toEqual([false, true, true]);
      await expect
        .poll(async () => (await node.requests()).at(-1))
        .toMatchObject({ verb: 'watch', query: { resourceVersion: expect.stringMatching(/^[1-9]\d*$/) } });
    });
  },
);

/** Of a Service that is not there. */
async function createSlices({ api }: Cluster, count: number): Promise<void> {
  const labels = { 'kubernetes.io/service-name': 'absent' };
  const slices = Array.from({ length: count }, (_, number) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `slice-${number}`, namespace: 'default', labels },
    addressType: 'IPv4',
    endpoints: [],
    ports: [],
  }));
  await Promise.all(slices.map((slice) => api.create(slice)));
}
