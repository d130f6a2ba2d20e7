import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selectsAll } from '../../../src/lab/api/kinds/selects.ts';
import type { StoredObject } from '../../../src/lab/api/store/api-object.ts';
import { isKeptBy } from '../../../src/lab/controllers/owners.ts';
import { isActive, isReady } from '../../../src/lab/controllers/pods.ts';
import { node, pod, service, workload } from '../../support/lab-api/objects.ts';
import { SmallCluster } from '../../support/lab-api/small-cluster.ts';

/** What people, and misfortune, do to a cluster. */
type Step =
  | { readonly is: 'deploy'; readonly app: App; readonly replicas: number; readonly image: string }
  | {
      readonly is: 'serve' | 'stop serving' | 'delete' | 'delete a pod' | 'break a pod';
      readonly app: App;
    }
  | { readonly is: 'bare pod'; readonly app: App; readonly number: number }
  | { readonly is: 'add a node' | 'remove a node'; readonly number: number }
  | { readonly is: 'let the kubelets work' | 'let the controllers work' };

const app = fc.constantFrom<App[]>('a', 'b', 'c', 'd');
/** What keeps the Pods of each. */
const kinds = { a: 'Deployment', b: 'Deployment', c: 'StatefulSet', d: 'DaemonSet' } as const;
type App = keyof typeof kinds;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    is: fc.constant('deploy' as const),
    app,
    replicas: fc.nat({ max: 6 }),
    image: fc.constantFrom('1', '2', '3'),
  }),
  fc.record({
    is: fc.constantFrom('serve' as const, 'stop serving', 'delete', 'delete a pod', 'break a pod'),
    app,
  }),
  fc.record({ is: fc.constant('bare pod' as const), app, number: fc.nat({ max: 2 }) }),
  fc.record({
    is: fc.constantFrom('add a node' as const, 'remove a node'),
    number: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ is: fc.constantFrom('let the kubelets work' as const, 'let the controllers work') }),
);

test('after any history there are the Pods that are wanted, and the Services have the ready ones of them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      using cluster = new SmallCluster({ zones: ['x'] });
      for (const each of steps) await play(cluster, each);
      await cluster.run();
      expect(cluster.errors).toEqual([]);
      checkWorkloads(cluster);
      checkSlices(cluster);
      checkNodes(cluster);
    }),
    { numRuns: 150 },
  );
});

async function play(cluster: SmallCluster, step: Step): Promise<void> {
  const { store } = cluster;
  switch (step.is) {
    case 'deploy': {
      const kind = kinds[step.app];
      const spec = kind === 'DaemonSet' ? {} : { replicas: step.replicas };
      const object = workload(kind, step.app, spec, { image: step.image });
      if (store.get(kind, `default/${step.app}`) === undefined) store.create(object);
      else store.update(object);
      return;
    }
    case 'serve':
      if (store.get('Service', `default/${step.app}`) === undefined) store.create(service(step.app));
      return;
    case 'stop serving':
      if (store.get('Service', `default/${step.app}`) !== undefined)
        store.remove('Service', `default/${step.app}`);
      return;
    case 'delete':
      if (store.get(kinds[step.app], `default/${step.app}`) !== undefined)
        store.remove(kinds[step.app], `default/${step.app}`);
      return;
    case 'delete a pod':
    case 'break a pod': {
      const found = cluster.pods().find(({ metadata }) => metadata.labels?.app === step.app);
      if (found === undefined) return;
      if (step.is === 'delete a pod') store.remove('Pod', `default/${found.metadata.name}`);
      else cluster.setReady(`default/${found.metadata.name}`, false);
      return;
    }
    case 'bare pod': {
      const name = `bare-${step.app}-${step.number}`;
      if (store.get('Pod', `default/${name}`) === undefined)
        store.create(pod(name, {}, { labels: { app: step.app, bare: 'yes' } }));
      return;
    }
    case 'add a node':
      if (store.get('Node', `node-${step.number}`) === undefined) store.create(node(`node-${step.number}`));
      return;
    case 'remove a node':
      if (store.get('Node', `node-${step.number}`) !== undefined) store.remove('Node', `node-${step.number}`);
      return;
    case 'let the kubelets work':
      return await cluster.run();
    case 'let the controllers work':
      return await cluster.settle();
  }
}

/** A Pod that broke stays broken: a rollout, or a StatefulSet in its order, waits for it. */
function checkWorkloads({ store }: SmallCluster): void {
  const sets = store.list('ReplicaSet');
  const owners = [
    ...store.list('Deployment'),
    ...store.list('StatefulSet'),
    ...store.list('DaemonSet'),
    ...sets,
  ];
  const active = store.list('Pod').filter(isActive);
  const own = (owner: StoredObject) => active.filter((each) => isKeptBy(each, owner));
  for (const deployment of store.list('Deployment')) {
    const pods = sets.filter((set) => isKeptBy(set, deployment)).flatMap(own);
    expect(pods.length).toBeGreaterThanOrEqual(deployment.spec.replicas ?? 0);
    if (pods.every(isReady)) expect(pods).toHaveLength(deployment.spec.replicas ?? 0);
  }
  for (const set of store.list('StatefulSet')) {
    const pods = own(set);
    if (pods.every(isReady)) expect(pods).toHaveLength(set.spec.replicas ?? 0);
  }
  for (const set of store.list('DaemonSet')) expect(own(set)).toHaveLength(store.list('Node').length);
  const uids = new Set(owners.map(({ metadata }) => metadata.uid));
  for (const { metadata } of [...sets, ...store.list('Pod')])
    for (const owner of metadata.ownerReferences ?? []) expect(uids).toContain(owner.uid);
}

function checkSlices({ store }: SmallCluster): void {
  const services = new Set(store.list('Service').map(({ metadata }) => metadata.uid));
  for (const { metadata } of store.list('EndpointSlice'))
    expect(services).toContain(metadata.ownerReferences?.[0]?.uid);
  for (const { metadata, spec } of store.list('Service')) {
    if (spec.selector === undefined) continue;
    const endpoints = store
      .list('EndpointSlice')
      .filter((slice) => slice.metadata.ownerReferences?.[0]?.uid === metadata.uid)
      .flatMap((slice) => slice.endpoints ?? []);
    const ready = endpoints.filter(({ conditions }) => conditions?.ready === true);
    const wanted = store
      .list('Pod')
      .filter(
        (each) =>
          selectsAll(spec.selector ?? {}, each.metadata.labels ?? {}) && isActive(each) && isReady(each),
      );
    expect(ready.flatMap(({ addresses }) => addresses).sort()).toEqual(
      wanted.map(({ status }) => status?.podIP).sort(),
    );
  }
}

function checkNodes({ store }: SmallCluster): void {
  const ranges = store.list('Node').flatMap(({ spec }) => spec?.podCIDRs ?? []);
  expect(new Set(ranges).size).toBe(store.list('Node').length);
  for (const { spec } of store.list('Pod')) expect(store.get('Node', spec.nodeName ?? '')).toBeDefined();
}
