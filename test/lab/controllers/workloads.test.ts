import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/lab/api/kinds/kinds.ts';
import { isReady } from '../../../src/lab/controllers/pods.ts';
import { ask } from '../../support/lab-api/ask-store.ts';
import { namespace, workload } from '../../support/lab-api/objects.ts';
import { SmallCluster } from '../../support/lab-api/small-cluster.ts';

const names = (cluster: SmallCluster) => cluster.pods().map(({ metadata }) => metadata.name);
const images = (cluster: SmallCluster) =>
  cluster
    .pods()
    .map(({ spec }) => spec.containers[0]?.image)
    .sort();

function change(cluster: SmallCluster, spec: Partial<Deployment['spec']>): void {
  cluster.store.modify('Deployment', 'default/web', (object) => ({
    ...object,
    spec: { ...object.spec, ...spec },
  }));
}

function setImage(
  cluster: SmallCluster,
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  image: string,
): void {
  const { template } = workload(kind, 'web', {}, { image }).spec as Deployment['spec'];
  cluster.store.modify(kind, 'default/web', (object) => ({ ...object, spec: { ...object.spec, template } }));
}

describe('a Deployment', () => {
  test('has as many Pods as it says, of a ReplicaSet for its template', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('Deployment', 'web', { replicas: 3 }));
    const [set] = cluster.store.list('ReplicaSet');
    expect(set?.spec.replicas).toBe(3);
    expect(cluster.pods()).toHaveLength(3);
    for (const name of names(cluster)) expect(name.startsWith(`${set?.metadata.name}-`)).toBe(true);
    expect(cluster.store.get('Deployment', 'default/web')?.status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      conditions: [
        { type: 'Available', status: 'True' },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
      ],
    });
    expect(cluster.errors).toEqual([]);
  });

  test.each([
    [3, 5],
    [3, 1],
    [3, 0],
    [0, 2],
  ])('goes from %i to %i Pods', async (before, after) => {
    using cluster = new SmallCluster();
    await cluster.run(workload('Deployment', 'web', { replicas: before }));
    const kept = names(cluster);
    change(cluster, { replicas: after });
    await cluster.run();
    expect(names(cluster)).toHaveLength(after);
    expect(names(cluster).filter((name) => kept.includes(name))).toHaveLength(Math.min(before, after));
  });

  test('makes a new Pod for one that is deleted', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('Deployment', 'web', { replicas: 2 }));
    const [first = ''] = names(cluster);
    cluster.store.remove('Pod', `default/${first}`);
    await cluster.run();
    expect(names(cluster)).toHaveLength(2);
    expect(names(cluster)).not.toContain(first);
  });

  test('that changes its template replaces its Pods, and never has too few that are ready or too many', async () => {
    using cluster = new SmallCluster();
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } };
    await cluster.run(workload('Deployment', 'web', { replicas: 4, strategy }, { image: 'a' }));
    const seen: { readonly ready: number; readonly active: number }[] = [];
    const unwatch = cluster.store.watch(({ kind }) => {
      if (kind !== 'Pod') return;
      const active = cluster.pods().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      seen.push({ ready: active.filter(isReady).length, active: active.length });
    });
    setImage(cluster, 'Deployment', 'b');
    await cluster.run();
    unwatch();
    expect(images(cluster)).toEqual(['b', 'b', 'b', 'b']);
    expect(Math.min(...seen.map(({ ready }) => ready))).toBe(3);
    expect(Math.max(...seen.map(({ active }) => active))).toBe(5);
  });

  test('with the strategy Recreate ends all Pods first', async () => {
    using cluster = new SmallCluster();
    await cluster.run(
      workload('Deployment', 'web', { replicas: 2, strategy: { type: 'Recreate' } }, { image: 'a' }),
    );
    setImage(cluster, 'Deployment', 'b');
    await cluster.settle();
    expect(cluster.pods().every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true);
    await cluster.run();
    expect(images(cluster)).toEqual(['b', 'b']);
  });

  test('stops a rollout whose Pods do not get ready', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('Deployment', 'web', { replicas: 4 }, { image: 'a' }));
    setImage(cluster, 'Deployment', 'b');
    await cluster.settle();
    expect(cluster.pods().filter(isReady).length).toBeGreaterThanOrEqual(3);
    expect(cluster.pods().filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toHaveLength(5);
  });

  test('goes back to a template that it had, by the ReplicaSet that it had', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('Deployment', 'web', {}, { image: 'a' }));
    for (const image of ['b', 'a']) {
      setImage(cluster, 'Deployment', image);
      await cluster.run();
    }
    expect(images(cluster)).toEqual(['a']);
    const revisions = cluster.store
      .list('ReplicaSet')
      .map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'])
      .sort();
    expect(revisions).toEqual(['2', '3']);
    expect(cluster.errors).toEqual([]);
  });

  test('keeps as many old ReplicaSets as it says', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('Deployment', 'web', { revisionHistoryLimit: 1 }, { image: 'a' }));
    for (const image of ['b', 'c', 'd']) {
      setImage(cluster, 'Deployment', image);
      await cluster.run();
    }
    expect(cluster.store.list('ReplicaSet')).toHaveLength(2);
  });

  test('that is paused keeps its Pods as they are, and their number follows', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('Deployment', 'web', {}, { image: 'a' }));
    change(cluster, { paused: true });
    setImage(cluster, 'Deployment', 'b');
    change(cluster, { replicas: 2 });
    await cluster.run();
    expect(images(cluster)).toEqual(['a', 'a']);
    change(cluster, { paused: false });
    await cluster.run();
    expect(images(cluster)).toEqual(['b', 'b']);
  });

  test('that is made anew takes over what was left of it', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('Deployment', 'web', { replicas: 2 }));
    const before = names(cluster);
    ask(cluster.store, 'DELETE', '/apis/apps/v1/namespaces/default/deployments/web', {
      body: { propagationPolicy: 'Orphan' },
    });
    await cluster.run();
    expect(names(cluster)).toEqual(before);
    await cluster.run(workload('Deployment', 'web', { replicas: 2 }));
    expect(names(cluster)).toEqual(before);
    expect(cluster.errors).toEqual([]);
  });

  test('that is deleted takes its ReplicaSets and Pods along', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('Deployment', 'web', { replicas: 2 }));
    cluster.store.remove('Deployment', 'default/web');
    await cluster.run();
    expect(cluster.store.list('ReplicaSet')).toEqual([]);
    expect(cluster.pods()).toEqual([]);
  });
});

describe('a ReplicaSet', () => {
  test('lets go a Pod that loses its label, and takes in one that gets it', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('ReplicaSet', 'web', { replicas: 2 }));
    const [first = ''] = names(cluster);
    const label = (app: string) =>
      cluster.store.modify('Pod', `default/${first}`, (object) => ({
        ...object,
        metadata: { ...object.metadata, labels: { app } },
      }));
    label('other');
    await cluster.run();
    expect(cluster.pods()).toHaveLength(3);
    expect(cluster.store.get('Pod', `default/${first}`)?.metadata.ownerReferences).toBeUndefined();
    label('web');
    await cluster.run();
    expect(cluster.pods()).toHaveLength(2);
  });

  test('that shrinks gives up what is not ready', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('ReplicaSet', 'web', { replicas: 3 }));
    const [, second = ''] = names(cluster);
    cluster.setReady(`default/${second}`, false);
    cluster.store.modify('ReplicaSet', 'default/web', (set) => ({
      ...set,
      spec: { ...set.spec, replicas: 2 },
    }));
    await cluster.run();
    expect(names(cluster)).not.toContain(second);
  });
});

describe('a StatefulSet', () => {
  test('makes its Pods one after the other, each with a name of its own', async () => {
    using cluster = new SmallCluster();
    await cluster.settle(workload('StatefulSet', 'web', { replicas: 3, serviceName: 'all' }));
    expect(names(cluster)).toEqual(['web-0']);
    await cluster.run();
    expect(names(cluster)).toEqual(['web-0', 'web-1', 'web-2']);
    expect(cluster.store.get('Pod', 'default/web-1')?.spec).toMatchObject({
      hostname: 'web-1',
      subdomain: 'all',
    });
  });

  test('makes them all at once where it may', async () => {
    using cluster = new SmallCluster();
    await cluster.settle(workload('StatefulSet', 'web', { replicas: 3, podManagementPolicy: 'Parallel' }));
    expect(names(cluster)).toEqual(['web-0', 'web-1', 'web-2']);
  });

  test('gives up the last ones, and replaces all, under their names', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('StatefulSet', 'web', { replicas: 3 }, { image: 'a' }));
    cluster.store.modify('StatefulSet', 'default/web', (set) => ({
      ...set,
      spec: { ...set.spec, replicas: 2 },
    }));
    await cluster.run();
    expect(names(cluster)).toEqual(['web-0', 'web-1']);
    const { template } = workload('StatefulSet', 'web', {}, { image: 'b' }).spec as Deployment['spec'];
    cluster.store.modify('StatefulSet', 'default/web', (set) => ({
      ...set,
      spec: { ...set.spec, template },
    }));
    await cluster.run();
    expect(images(cluster)).toEqual(['b', 'b']);
    expect(names(cluster)).toEqual(['web-0', 'web-1']);
  });
});

describe('a DaemonSet', () => {
  test('has one Pod on each Node that it selects, and follows the Nodes', async () => {
    using cluster = new SmallCluster();
    await cluster.run(workload('DaemonSet', 'web', {}, { image: 'a' }));
    const nodes = () =>
      cluster
        .pods()
        .map(({ spec }) => spec.nodeName)
        .sort();
    expect(nodes()).toEqual(['node-0', 'node-1', 'node-2']);
    cluster.store.remove('Node', 'node-1');
    await cluster.run();
    expect(nodes()).toEqual(['node-0', 'node-2']);
    const { template } = workload('DaemonSet', 'web', {}, { image: 'b' }).spec as Deployment['spec'];
    cluster.store.modify('DaemonSet', 'default/web', (set) => ({ ...set, spec: { ...set.spec, template } }));
    await cluster.run();
    expect(images(cluster)).toEqual(['b', 'b']);
    expect(cluster.store.get('DaemonSet', 'default/web')?.status).toMatchObject({ numberReady: 2 });
  });
});

describe('a Namespace', () => {
  test('that is deleted goes with all that is in it', async () => {
    using cluster = new SmallCluster();
    cluster.store.create(namespace('shop'));
    const deployment = workload('Deployment', 'web', { replicas: 2 });
    await cluster.run({ ...deployment, metadata: { name: 'web', namespace: 'shop' } });
    expect(cluster.pods('shop')).toHaveLength(2);
    cluster.store.remove('Namespace', 'shop');
    await cluster.run();
    expect(cluster.pods('shop')).toEqual([]);
    expect(cluster.store.get('Namespace', 'shop')).toBeUndefined();
  });
});
