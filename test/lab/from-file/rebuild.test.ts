import { dump } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import type { ApiObject } from '../../../src/lab/api/store/api-object.ts';
import { readObjects } from '../../../src/lab/from-file/read-objects.ts';
import { type Limits, rebuildInSmall } from '../../../src/lab/from-file/rebuild-in-small.ts';
import { formatProblem } from '../../../src/state/problem.ts';
import { node, pod, service, workload } from '../../support/lab-api/objects.ts';
import { SmallCluster } from '../../support/lab-api/small-cluster.ts';

const limits: Limits = { podsOfWorkload: 2, nodes: 2 };

function rebuild(objects: readonly ApiObject[], given: Partial<Limits> = {}) {
  const {
    objects: rebuilt,
    problems,
    network,
  } = rebuildInSmall(
    objects.map((object) => ({ object })),
    { ...limits, ...given },
  );
  return { objects: rebuilt, problems: problems.map(formatProblem), network };
}

const titles = (objects: readonly ApiObject[]) =>
  objects.map(({ kind, metadata }) => {
    const { name, namespace } = metadata as Record<string, string | undefined>;
    return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
  });

/** As a cluster shows an object. */
function shown({ metadata, ...object }: ApiObject, more: ApiObject = {}): ApiObject {
  return {
    ...object,
    metadata: {
      namespace: 'default',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      ...(metadata as ApiObject),
      ...more,
    },
  };
}

const owner = (kind: string, name: string) => ({
  apiVersion: 'apps/v1',
  kind,
  name,
  uid: 'x',
  controller: true,
});

describe('a file', () => {
  test('is read by documents and Lists, whatever is wrong with one of them', () => {
    const items = [{ ...service('a') }, { metadata: { name: 'b' }, spec: {} }];
    const text = [
      dump(service('one')),
      dump({ kind: 'List', apiVersion: 'v1', items }),
      'a: [\n',
      dump({ kind: 'ServiceList', apiVersion: 'v1', items: [{ metadata: { name: 'c' }, spec: {} }] }),
    ].join('---\n');
    const { found, problems } = readObjects(text, 'o.yaml');
    expect(found.map(({ object }) => `${object.kind} ${(object.metadata as ApiObject).name}`)).toEqual([
      'Service one',
      'Service a',
      'Service c',
    ]);
    expect(problems.map(({ object, reason }) => `${object}: ${reason}`)).toEqual([
      'o.yaml: must be a Kubernetes object, with kind and apiVersion',
      expect.stringContaining('o.yaml: '),
    ]);
    expect(found[0]?.origin).toBe('o.yaml:1');
  });
});

describe('what is written by hand', () => {
  test('stays as it is, its Namespaces are made first', () => {
    const objects = [
      service('web', {}, { namespace: 'shop' }),
      workload('Deployment', 'web', { replicas: 2 }),
    ];
    const { objects: rebuilt, problems } = rebuild(objects);
    expect(titles(rebuilt)).toEqual(['Namespace shop', 'Service shop/web', 'Deployment default/web']);
    expect(rebuilt[1]?.spec).toEqual(objects[0]?.spec);
    expect(problems).toEqual([]);
  });
});

describe('what a cluster shows', () => {
  test('loses what only that cluster knew', () => {
    const { objects } = rebuild([{ ...shown(service('web')), status: { loadBalancer: {} } }]);
    expect(objects).toEqual([{ ...service('web'), metadata: { name: 'web', namespace: 'default' } }]);
  });

  test('keeps ClusterIPs and node ports, in ranges that hold them', () => {
    const spec = { clusterIP: '172.20.3.4', clusterIPs: ['172.20.3.4'], type: 'NodePort' };
    const { objects, network, problems } = rebuild([shown(service('web', spec))]);
    expect(objects[0]?.spec).toMatchObject(spec);
    expect(network).toEqual({ families: ['IPv4'], serviceCIDRs: { IPv4: '172.20.0.0/16' } });
    expect(problems).toEqual([]);
  });

  test.each<[string, readonly ApiObject[], ApiObject]>([
    [
      'the usual range where it holds them',
      [service('a', { clusterIP: '10.96.3.4' })],
      { IPv4: '10.96.0.0/16' },
    ],
    [
      'the range that a ServiceCIDR names',
      [
        service('a', { clusterIP: '10.0.3.4' }),
        {
          kind: 'ServiceCIDR',
          apiVersion: 'networking.k8s.io/v1',
          metadata: { name: 'k' },
          spec: { cidrs: ['10.0.0.0/12'] },
        },
      ],
      { IPv4: '10.0.0.0/12' },
    ],
    [
      'both families',
      [service('a', { clusterIPs: ['10.96.3.4', 'fd12::7'] })],
      { IPv4: '10.96.0.0/16', IPv6: 'fd12::/112' },
    ],
    ['nothing where no address is named', [service('a')], {}],
  ])('tells %s', (_case, objects, serviceCIDRs) => {
    expect(rebuild(objects).network.serviceCIDRs).toEqual(serviceCIDRs);
  });

  test('gives up a ClusterIP that is in another range', () => {
    const { objects, problems } = rebuild([
      service('a', { clusterIP: '10.96.0.9' }),
      service('b', { clusterIP: '10.1.0.9' }),
    ]);
    expect(objects[1]?.spec).not.toHaveProperty('clusterIP');
    expect(problems).toEqual([
      "Service default/b: spec.clusterIPs: 10.1.0.9 is not in the lab's range 10.96.0.0/16; it gets another address",
    ]);
  });

  test('has no more Pods of a workload than the lab takes', () => {
    const { objects, problems } = rebuild([workload('Deployment', 'web', { replicas: 12 })]);
    expect(objects[0]?.spec).toMatchObject({ replicas: 2 });
    expect(problems).toEqual(['Deployment default/web: spec.replicas: 12 Pods are 2 in the lab']);
  });

  test('leaves Pods and ReplicaSets to the workload that makes them', () => {
    const labels = { app: 'web', 'pod-template-hash': 'abc' };
    const { objects } = rebuild([
      workload('Deployment', 'web'),
      shown(workload('ReplicaSet', 'web-abc'), { ownerReferences: [owner('Deployment', 'web')] }),
      shown(pod('web-abc-1', {}, { labels }), { ownerReferences: [owner('ReplicaSet', 'web-abc')] }),
      workload('StatefulSet', 'db'),
      shown(pod('db-0'), { ownerReferences: [owner('StatefulSet', 'db')] }),
    ]);
    expect(titles(objects)).toEqual(['Deployment default/web', 'StatefulSet default/db']);
  });

  test('makes Deployments of Pods whose owner is absent', () => {
    const labels = { app: 'web', 'pod-template-hash': 'abc' };
    const pods = [1, 2, 3].map((number) =>
      shown(
        pod(`web-abc-${number}`, { nodeName: 'node-9', serviceAccountName: 'x', volumes: [] }, { labels }),
        {
          ownerReferences: [owner('ReplicaSet', 'web-abc')],
        },
      ),
    );
    const { objects, problems } = rebuild(pods);
    expect(objects).toEqual([
      {
        kind: 'Deployment',
        apiVersion: 'apps/v1',
        metadata: { name: 'web', namespace: 'default' },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'server' }] } },
        },
      },
    ]);
    expect(problems).toEqual(['Deployment default/web: spec.replicas: 3 Pods are 2 in the lab']);
  });

  test('keeps Pods that stand for themselves, on their Node if the lab has it', () => {
    const { objects } = rebuild([node('n'), pod('a', { nodeName: 'n' }), pod('b', { nodeName: 'other' })]);
    expect(objects[1]?.spec).toMatchObject({ nodeName: 'n' });
    expect(objects[2]?.spec).not.toHaveProperty('nodeName');
  });

  test('leaves out what has ended, belongs to a Node, or is of a kind that labs do not have', () => {
    const { objects, problems } = rebuild([
      { ...pod('job'), status: { phase: 'Succeeded' } },
      shown(pod('etcd'), { ownerReferences: [owner('Node', 'n')] }),
      { kind: 'Secret', apiVersion: 'v1', metadata: { name: 's', namespace: 'shop' } },
      { kind: 'Deployment', apiVersion: 'extensions/v1beta1', metadata: { name: 'old' } },
      { kind: 'Event', apiVersion: 'v1', metadata: { name: 'e' } },
      service('web', { ports: 'all' }),
    ]);
    expect(objects).toEqual([]);
    expect(problems).toEqual([
      'Secret shop/s: is left out: a lab has no objects of this kind',
      'Deployment old: is left out: apiVersion must be apps/v1, got extensions/v1beta1',
      expect.stringContaining(
        'Service web: Service in version "v1" cannot be handled as a Service: spec.ports',
      ),
      'Pod default/job: is left out: it has ended',
      'Pod default/etcd: is left out: it belongs to the Node n itself',
    ]);
  });

  test('has those Nodes that node selectors and zones need, with their names, zones and taints', () => {
    const zone = (name: string, disk = 'hdd') => ({ 'topology.kubernetes.io/zone': name, disk });
    const taints = [{ key: 'a', effect: 'NoSchedule' }];
    const nodes = [
      node('a1', zone('a')),
      node('a2', zone('a', 'ssd'), { taints, podCIDR: '10.0.0.0/24' }),
      node('b1', zone('b')),
    ];
    const { objects, problems } = rebuild([...nodes, pod('web', { nodeSelector: { disk: 'ssd' } })]);
    expect(titles(objects)).toEqual(['Node a1', 'Node a2', 'Pod default/web']);
    expect(objects[1]).toMatchObject({ metadata: { labels: zone('a', 'ssd') }, spec: { taints } });
    expect(objects[1]?.spec).not.toHaveProperty('podCIDR');
    expect(problems).toHaveLength(1);
    expect(titles(rebuild(nodes, { nodes: 3 }).objects)).toEqual(['Node a1', 'Node a2', 'Node b1']);
  });

  test('makes Pods of EndpointSlices where nothing else says what a Service selects', () => {
    const slice = (name: string, addressType: string, addresses: readonly string[]) => ({
      kind: 'EndpointSlice',
      apiVersion: 'discovery.k8s.io/v1',
      metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType,
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: addresses.map((address, index) => ({
        addresses: [address],
        targetRef: { name: `web-${index}` },
      })),
    });
    const web = service('web', { ports: [{ name: 'http', port: 80, targetPort: 'main' }] });
    const slices = [
      slice('a', 'IPv4', ['10.0.0.1', '10.0.0.2', '10.0.0.3']),
      slice('b', 'IPv6', ['fd00::1', 'fd00::2', 'fd00::3']),
    ];
    const { objects, problems } = rebuild([web, ...slices]);
    expect(titles(objects)).toEqual(['Service default/web', 'Deployment default/web']);
    expect(objects[1]?.spec).toMatchObject({
      replicas: 2,
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ ports: [{ name: 'main', containerPort: 8080, protocol: 'TCP' }] }] },
      },
    });
    expect(problems).toEqual(['Deployment default/web: spec.replicas: 3 Pods are 2 in the lab']);
    expect(titles(rebuild([web, ...slices, pod('p', {}, { labels: { app: 'web' } })]).objects)).toEqual([
      'Service default/web',
      'Pod default/p',
    ]);
  });

  test('keeps EndpointSlices that somebody wrote, without Nodes that the lab lacks', () => {
    const slice = {
      kind: 'EndpointSlice',
      apiVersion: 'discovery.k8s.io/v1',
      metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      ports: [],
      endpoints: [{ addresses: ['192.0.2.1'], nodeName: 'other', zone: 'a' }],
    };
    const { objects } = rebuild([service('web', { selector: {} }), slice]);
    expect(objects[1]?.endpoints).toEqual([{ addresses: ['192.0.2.1'], zone: 'a' }]);
  });

  test('comes up in a lab', async () => {
    using cluster = new SmallCluster({ zones: [] });
    const labels = { app: 'web', 'pod-template-hash': 'abc' };
    const { objects } = rebuild([
      node('real-node'),
      shown(service('web', { clusterIP: '10.96.4.4', clusterIPs: ['10.96.4.4'] })),
      shown(pod('web-abc-1', { nodeName: 'gone' }, { labels }), {
        ownerReferences: [owner('ReplicaSet', 'web-abc')],
      }),
    ]);
    await cluster.settle(...objects);
    const status = { conditions: [{ type: 'Ready', status: 'True' }] };
    cluster.store.modify('Node', 'real-node', (object) => ({ ...object, status }), { part: 'status' });
    await cluster.run();
    expect(cluster.errors).toEqual([]);
    expect(cluster.store.get('Service', 'default/web')?.spec.clusterIP).toBe('10.96.4.4');
    expect(cluster.store.list('EndpointSlice').flatMap(({ endpoints = [] }) => endpoints)).toHaveLength(1);
  });
});
