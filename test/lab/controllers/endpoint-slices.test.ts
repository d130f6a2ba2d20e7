import { describe, expect, test } from 'vitest';
import type { EndpointSlice } from '../../../src/lab/api/kinds/kinds.ts';
import type { ApiObject } from '../../../src/lab/api/store/api-object.ts';
import { pod, service, workload } from '../../support/lab-api/objects.ts';
import { SmallCluster } from '../../support/lab-api/small-cluster.ts';

const slicesOf = (cluster: SmallCluster): readonly EndpointSlice[] => cluster.store.list('EndpointSlice');
const endpointsOf = (cluster: SmallCluster) => slicesOf(cluster).flatMap(({ endpoints = [] }) => endpoints);
const web = (spec: ApiObject = {}, metadata: ApiObject = {}) =>
  pod('web', spec, { labels: { app: 'web' }, ...metadata });

describe('an EndpointSlice', () => {
  test('says whose it is, and what the Pods of the Service are', async () => {
    using cluster = new SmallCluster({ zones: ['a'] });
    await cluster.run(
      service('web', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }, { labels: { team: 'x' } }),
      web(),
    );
    expect(slicesOf(cluster)).toMatchObject([
      {
        metadata: {
          generateName: 'web-',
          labels: {
            team: 'x',
            'kubernetes.io/service-name': 'web',
            'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
          },
          ownerReferences: [{ kind: 'Service', name: 'web' }],
        },
        addressType: 'IPv4',
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
        endpoints: [
          {
            conditions: { ready: true, serving: true, terminating: false },
            nodeName: 'node-0',
            zone: 'a',
            targetRef: { kind: 'Pod', name: 'web', namespace: 'default' },
          },
        ],
      },
    ]);
  });

  test('of each family of the Service has the address of that family', async () => {
    using cluster = new SmallCluster({ families: ['IPv4', 'IPv6'] });
    await cluster.run(service('web', { ipFamilyPolicy: 'PreferDualStack' }), web());
    const { podIPs = [] } = cluster.pods()[0]?.status ?? {};
    expect(
      slicesOf(cluster)
        .map(({ addressType, endpoints = [] }) => [addressType, endpoints[0]?.addresses[0]])
        .sort(),
    ).toEqual([
      ['IPv4', podIPs[0]?.ip],
      ['IPv6', podIPs[1]?.ip],
    ]);
    cluster.store.modify('Service', 'default/web', ({ spec, ...object }) => ({
      ...object,
      spec: { ...spec, ipFamilyPolicy: 'SingleStack' },
    }));
    await cluster.settle();
    expect(slicesOf(cluster).map(({ addressType }) => addressType)).toEqual(['IPv4']);
  });

  test('without endpoints is there', async () => {
    using cluster = new SmallCluster();
    await cluster.settle(service('web'));
    expect(slicesOf(cluster)).toMatchObject([{ endpoints: [], ports: [] }]);
  });

  test('of a headless Service says so, and names Pods that have a host name in it', async () => {
    using cluster = new SmallCluster();
    await cluster.run(service('web', { clusterIP: 'None' }), web({ hostname: 'first', subdomain: 'web' }));
    expect(slicesOf(cluster)[0]?.metadata.labels).toHaveProperty(['service.kubernetes.io/headless'], '');
    expect(endpointsOf(cluster)[0]?.hostname).toBe('first');
  });

  test('takes ports from the Pods by name; other numbers make another slice', async () => {
    using cluster = new SmallCluster();
    const serving = (name: string, containerPort: number) =>
      pod(
        name,
        { containers: [{ name: 'a', ports: [{ name: 'http', containerPort }] }] },
        { labels: { app: 'web' } },
      );
    await cluster.run(
      service('web', { ports: [{ port: 80, targetPort: 'http' }] }),
      serving('a', 8080),
      serving('b', 8080),
      serving('c', 9090),
    );
    const found = slicesOf(cluster).map(({ ports = [], endpoints = [] }) => [
      ports[0]?.port,
      endpoints.length,
    ]);
    expect(found.sort()).toEqual([
      [8080, 2],
      [9090, 1],
    ]);
  });

  test('has at most 100 endpoints, and those stay where they are', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('ReplicaSet', 'web', { replicas: 150 }), service('web'));
    const sizes = () => slicesOf(cluster).map(({ endpoints = [] }) => endpoints.length);
    expect(sizes().toSorted((a, b) => a - b)).toEqual([50, 100]);
    const before = new Map(
      slicesOf(cluster).map(({ metadata, endpoints = [] }) => [metadata.name, endpoints]),
    );
    cluster.store.remove('Pod', `default/${cluster.pods()[0]?.metadata.name}`);
    await cluster.run();
    const moved = slicesOf(cluster).flatMap(({ metadata, endpoints = [] }) =>
      endpoints.filter(
        ({ targetRef }) => !before.get(metadata.name)?.some((old) => old.targetRef?.uid === targetRef?.uid),
      ),
    );
    expect(moved).toHaveLength(1);
    expect(sizes().reduce((sum, size) => sum + size, 0)).toBe(150);
    expect(Math.max(...sizes())).toBeLessThanOrEqual(100);
  });
});

describe('an endpoint', () => {
  test.each([
    ['of a Pod that is ready', {}, true, false, { ready: true, serving: true, terminating: false }],
    ['of a Pod that is not', {}, false, false, { ready: false, serving: false, terminating: false }],
    [
      'of a ready Pod that is about to go',
      {},
      true,
      true,
      { ready: false, serving: true, terminating: true },
    ],
    [
      'of an unready Pod that is about to go',
      {},
      false,
      true,
      { ready: false, serving: false, terminating: true },
    ],
    [
      'that is published in any case',
      { publishNotReadyAddresses: true },
      false,
      true,
      { ready: true, serving: false, terminating: true },
    ],
  ])('%s', async (_case, spec, isReady, isTerminating, conditions) => {
    using cluster = new SmallCluster();
    await cluster.run(service('web', spec), web());
    cluster.setReady('default/web', isReady);
    if (isTerminating) cluster.store.remove('Pod', 'default/web');
    await cluster.settle();
    expect(endpointsOf(cluster).map((endpoint) => endpoint.conditions)).toEqual([conditions]);
  });

  test.each<[string | undefined, ApiObject | undefined]>([
    [undefined, undefined],
    ['PreferClose', { forZones: [{ name: 'a' }] }],
    ['PreferSameZone', { forZones: [{ name: 'a' }] }],
    ['PreferSameNode', { forZones: [{ name: 'a' }], forNodes: [{ name: 'node-0' }] }],
  ])('of a Service whose traffic distribution is %s has the hints %j', async (trafficDistribution, hints) => {
    using cluster = new SmallCluster({ zones: ['a'] });
    await cluster.run(
      service('web', trafficDistribution === undefined ? {} : { trafficDistribution }),
      web(),
    );
    expect(endpointsOf(cluster)[0]?.hints).toEqual(hints);
    cluster.setReady('default/web', false);
    await cluster.settle();
    expect(endpointsOf(cluster)[0]?.hints).toBeUndefined();
  });

  test('goes with its Pod', async () => {
    using cluster = new SmallCluster();
    await cluster.run(service('web'), web());
    cluster.store.remove('Pod', 'default/web');
    await cluster.run();
    expect(endpointsOf(cluster)).toEqual([]);
  });
});

describe('nothing is sliced', () => {
  const byHand = {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: { name: 'web-hand', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.1'] }],
    ports: [],
  };

  test("for a Service without a selector, whose slices are somebody else's", async () => {
    using cluster = new SmallCluster();
    await cluster.settle(service('web', { selector: {} }), byHand);
    expect(slicesOf(cluster)).toHaveLength(1);
    expect(slicesOf(cluster)[0]?.endpoints).toEqual(byHand.endpoints);
  });

  test('for an ExternalName, or a Service that is gone', async () => {
    using cluster = new SmallCluster();
    await cluster.settle(
      service('web', { type: 'ExternalName', externalName: 'a.example' }),
      service('other'),
    );
    expect(slicesOf(cluster)).toHaveLength(1);
    cluster.store.remove('Service', 'default/other');
    await cluster.settle();
    expect(slicesOf(cluster)).toEqual([]);
  });
});
