import { describe, expect, test, vi } from 'vitest';
import { createStore } from '../../../../src/lab/api/create-store.ts';
import type { ApiObject } from '../../../../src/lab/api/store/api-object.ts';
import { ageSince } from '../../../../src/lab/api/tables/age.ts';
import { ask } from '../../../support/lab-api/ask-store.ts';
import { node, pod, service, workload } from '../../../support/lab-api/objects.ts';

const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

function table(path: string, ...objects: readonly ApiObject[]) {
  const store = createStore({ families: ['IPv4'] });
  for (const { status, ...object } of objects) {
    const created = store.create(object);
    if (status !== undefined) store.update({ ...created, status }, { part: 'status' });
  }
  return ask(store, 'GET', path, { accept }).body;
}

/** `Name: web`, for each cell that is always shown, but its age. */
function firstRow({ columnDefinitions, rows }: ReturnType<typeof table>): string {
  return columnDefinitions
    .map(({ name, priority }: { name: string; priority: number }, index: number) => ({
      name,
      priority,
      cell: rows[0].cells[index],
    }))
    .filter(({ name, priority }: { name: string; priority: number }) => priority === 0 && name !== 'Age')
    .map(({ name, cell }: { name: string; cell: unknown }) => `${name}: ${cell}`)
    .join(', ');
}

const path = '/api/v1/namespaces/default';
const running = { phase: 'Running', containerStatuses: [{ name: 'server', ready: true, restartCount: 2 }] };
const crashing = {
  phase: 'Running',
  containerStatuses: [
    { name: 'server', ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } },
  ],
};

describe('kubectl get shows', () => {
  test.each<[string, string, ApiObject, string]>([
    [
      'a Pod that runs',
      `${path}/pods`,
      { ...pod('a'), status: running },
      'Name: a, Ready: 1/1, Status: Running, Restarts: 2',
    ],
    [
      'a Pod that does not',
      `${path}/pods`,
      { ...pod('a'), status: crashing },
      'Name: a, Ready: 0/1, Status: CrashLoopBackOff, Restarts: 3',
    ],
    [
      'a Service',
      `${path}/services`,
      service('a', { type: 'NodePort' }),
      'Name: a, Type: NodePort, Cluster-IP: 10.96.0.17, External-IP: <none>, Port(s): 80:30086/TCP',
    ],
    [
      'a Service that waits for its load balancer',
      `${path}/services`,
      service('a', { type: 'LoadBalancer' }),
      'Name: a, Type: LoadBalancer, Cluster-IP: 10.96.0.17, External-IP: <pending>, Port(s): 80:30086/TCP',
    ],
    [
      'a Service that has one',
      `${path}/services`,
      {
        ...service('a', { type: 'LoadBalancer' }),
        status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
      },
      'Name: a, Type: LoadBalancer, Cluster-IP: 10.96.0.17, External-IP: 192.0.2.1, Port(s): 80:30086/TCP',
    ],
    [
      'a headless Service',
      `${path}/services`,
      service('a', { clusterIP: 'None' }),
      'Name: a, Type: ClusterIP, Cluster-IP: None, External-IP: <none>, Port(s): 80/TCP',
    ],
    [
      'a Deployment',
      '/apis/apps/v1/deployments',
      { ...workload('Deployment', 'a', { replicas: 3 }), status: { readyReplicas: 2, updatedReplicas: 3 } },
      'Name: a, Ready: 2/3, Up-to-date: 3, Available: 0',
    ],
    [
      'a DaemonSet',
      '/apis/apps/v1/daemonsets',
      { ...workload('DaemonSet', 'a'), status: { desiredNumberScheduled: 3 } },
      'Name: a, Desired: 3, Current: 0, Ready: 0, Up-to-date: 0, Available: 0, Node Selector: <none>',
    ],
    [
      'a Node',
      '/api/v1/nodes',
      {
        ...node('a', { 'node-role.kubernetes.io/worker': '' }, { unschedulable: true }),
        status: { conditions: [{ type: 'Ready', status: 'False' }], nodeInfo: { kubeletVersion: 'v1' } },
      },
      'Name: a, Status: NotReady,SchedulingDisabled, Roles: worker, Version: v1',
    ],
    [
      'an EndpointSlice',
      '/apis/discovery.k8s.io/v1/endpointslices',
      {
        kind: 'EndpointSlice',
        apiVersion: 'discovery.k8s.io/v1',
        metadata: { name: 'a' },
        addressType: 'IPv4',
        ports: [{ port: 80 }],
        endpoints: [1, 2, 3, 4].map((n) => ({ addresses: [`10.0.0.${n}`] })),
      },
      'Name: a, AddressType: IPv4, Ports: 80, Endpoints: 10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...',
    ],
    [
      'a Namespace',
      '/api/v1/namespaces',
      { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'a' } },
      'Name: a, Status: Active',
    ],
    [
      'a ConfigMap',
      '/api/v1/configmaps',
      { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { x: '1' } },
      'Name: a, Data: 1',
    ],
  ])('%s', (_case, where, object, row) => {
    expect(firstRow(table(where, object))).toBe(row);
  });

  test('of each object its metadata, or what was asked for', () => {
    const store = createStore({ families: ['IPv4'] });
    store.create(service('web'));
    const object = (query: Readonly<Record<string, string>>) =>
      ask(store, 'GET', `${path}/services/web`, { accept, query }).body.rows[0].object;
    expect(object({})).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'web' } });
    expect(object({})).not.toHaveProperty('spec');
    expect(object({ includeObject: 'Object' })).toMatchObject({ kind: 'Service' });
    expect(object({ includeObject: 'None' })).toBeUndefined();
  });
});

test.each([
  [0, '0s'],
  [119, '119s'],
  [125, '2m5s'],
  [180, '3m'],
  [1_000, '16m'],
  [3 * 3_600 + 60, '3h1m'],
  [10 * 3_600, '10h'],
  [3 * 86_400, '3d'],
  [3 * 86_400 + 7_200, '3d2h'],
  [100 * 86_400, '100d'],
  [800 * 86_400, '2y70d'],
  [3_000 * 86_400, '8y'],
])('what is %i seconds old is %s old', (seconds, age) => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  expect(ageSince(new Date(Date.now() - seconds * 1000).toISOString())).toBe(age);
  vi.useRealTimers();
});

test('without a time the age is unknown', () => {
  expect(ageSince(undefined)).toBe('<unknown>');
});
