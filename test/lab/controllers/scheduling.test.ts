import { describe, expect, test } from 'vitest';
import { node, pod, workload } from '../../support/lab-api/objects.ts';
import { SmallCluster } from '../../support/lab-api/small-cluster.ts';

const counts = (cluster: SmallCluster) => {
  const byNode = Object.groupBy(cluster.pods(), ({ spec }) => spec.nodeName ?? 'none');
  return Object.fromEntries(Object.entries(byNode).map(([name, pods = []]) => [name, pods.length]));
};

describe('Pods are spread', () => {
  test('evenly over the Nodes', async () => {
    using cluster = new SmallCluster();
    await cluster.settle(workload('ReplicaSet', 'web', { replicas: 7 }));
    expect(Object.values(counts(cluster)).sort()).toEqual([2, 2, 3]);
  });

  test('over the zones before the Nodes', async () => {
    using cluster = new SmallCluster({ zones: ['a', 'a', 'a', 'b'] });
    await cluster.settle(workload('ReplicaSet', 'web', { replicas: 6 }));
    expect(counts(cluster)).toEqual({ 'node-0': 1, 'node-1': 1, 'node-2': 1, 'node-3': 3 });
  });
});

describe('a Pod', () => {
  test.each([
    ['by its node selector', { nodeSelector: { disk: 'ssd' } }, 'node-ssd'],
    ['by its node selector alone where it tolerates the taint', { nodeSelector: { disk: 'hdd' } }, undefined],
    [
      'to a tainted Node that it tolerates',
      { nodeSelector: { disk: 'hdd' }, tolerations: [{ key: 'slow', operator: 'Exists' }] },
      'node-hdd',
    ],
    ['to the Node that it names', { nodeName: 'node-hdd' }, 'node-hdd'],
  ])('goes %s', async (_case, spec, expected) => {
    using cluster = new SmallCluster();
    const taints = [{ key: 'slow', value: 'yes', effect: 'NoSchedule' }];
    await cluster.settle(
      node('node-ssd', { disk: 'ssd' }),
      node('node-hdd', { disk: 'hdd' }, { taints }),
      pod('web', spec),
    );
    expect(cluster.pods()[0]?.spec.nodeName).toBe(expected);
  });

  test.each([
    ['is cordoned', node('only', {}, { unschedulable: true })],
    ['is not ready', { ...node('only'), status: { conditions: [{ type: 'Ready', status: 'False' }] } }],
    ['has no kubelet yet', { ...node('only'), status: {} }],
  ])('waits while the Node %s, and says so', async (_case, only) => {
    using cluster = new SmallCluster({ zones: [] });
    await cluster.settle(only, pod('web'));
    expect(cluster.pods()[0]?.status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
    ]);
    cluster.store.modify('Node', 'only', (object) => ({
      ...object,
      spec: { ...object.spec, unschedulable: false },
    }));
    const status = { conditions: [{ type: 'Ready', status: 'True' }] };
    cluster.store.modify('Node', 'only', (object) => ({ ...object, status }), { part: 'status' });
    await cluster.settle();
    expect(cluster.pods()[0]?.spec.nodeName).toBe('only');
  });

  test('on the network of its Node does not share a port with another', async () => {
    using cluster = new SmallCluster({ zones: ['', ''] });
    const spec = { hostNetwork: true, containers: [{ name: 'a', ports: [{ containerPort: 80 }] }] };
    await cluster.settle(pod('a', spec), pod('b', spec), pod('c', spec));
    expect(Object.values(counts(cluster)).sort()).toEqual([1, 1, 1]);
    expect(counts(cluster)).toHaveProperty('none', 1);
  });

  test('of a Node that is not there yet waits for it', async () => {
    using cluster = new SmallCluster();
    await cluster.run(pod('web', { nodeName: 'node-9' }));
    expect(cluster.pods()).toHaveLength(1);
  });

  test('that was scheduled to a Node, and never started there, is gone with it', async () => {
    using cluster = new SmallCluster({ zones: [''] });
    await cluster.run(pod('web'));
    const [node = ''] = cluster.pods().flatMap(({ spec }) => spec.nodeName ?? []);
    cluster.store.remove('Node', node);
    await cluster.run();
    expect(cluster.pods()).toEqual([]);
  });

  test('of a Node that is gone is gone', async () => {
    using cluster = new SmallCluster();
    await cluster.run(pod('web', { nodeName: 'node-1' }));
    cluster.store.remove('Node', 'node-1');
    await cluster.settle();
    expect(cluster.pods()).toEqual([]);
  });
});

describe('a Node', () => {
  test('gets a range of each family that no other has, and keeps it', async () => {
    using cluster = new SmallCluster({ families: ['IPv4', 'IPv6'] });
    await cluster.settle();
    const ranges = () => cluster.store.list('Node').map(({ spec }) => spec?.podCIDRs);
    expect(ranges()).toEqual([
      ['10.244.0.0/24', 'fd00:244::/64'],
      ['10.244.1.0/24', 'fd00:244:0:1::/64'],
      ['10.244.2.0/24', 'fd00:244:0:2::/64'],
    ]);
    cluster.store.remove('Node', 'node-1');
    await cluster.settle(node('node-3'));
    expect(ranges().map((range) => range?.[0])).toEqual(['10.244.0.0/24', '10.244.2.0/24', '10.244.1.0/24']);
  });
});
