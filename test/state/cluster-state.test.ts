import { describe, expect, test } from 'vitest';
import { addressClaim, nodePortClaim } from '../../src/state/claims.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import type { ServiceRecord } from '../../src/state/records.ts';
import { address, endpoint, service, serviceKey, servicePort, slice, sliceKey } from '../support/records.ts';

const put = (state: ClusterState, record: ServiceRecord) =>
  state.apply({ kind: 'Service', key: record.key, record });
const remove = (state: ClusterState, name: string) =>
  state.apply({ kind: 'Service', key: serviceKey(name), record: undefined });
const dirty = (state: ClusterState) => [...state.takeDirty()].sort();

const older = service({ key: serviceKey('default/older'), createdAt: '2024-01-01T00:00:00Z' });
const younger = service({ key: serviceKey('default/a-younger'), createdAt: '2025-01-01T00:00:00Z' });
const claim = addressClaim('10.96.0.10', 'TCP', 80);

describe('what must be planned again', () => {
  test('is the Service of a changed slice, and nothing else', () => {
    const state = new ClusterState('node-0');
    put(state, service());
    put(state, service({ key: serviceKey('default/other'), clusterIPs: [address('10.96.0.11')] }));
    dirty(state);
    state.apply({
      kind: 'EndpointSlice',
      key: sliceKey('default/web-1'),
      record: slice([endpoint('10.0.0.1')]),
    });
    expect(dirty(state)).toEqual(['default/web']);
    expect(state.hasDirty).toBe(false);
  });

  test('is both Services when a slice goes over from one to the other', () => {
    const state = new ClusterState('node-0');
    const key = sliceKey('default/web-1');
    state.apply({ kind: 'EndpointSlice', key, record: slice([]) });
    dirty(state);
    state.apply({ kind: 'EndpointSlice', key, record: slice([], { service: serviceKey('default/other') }) });
    expect(dirty(state)).toEqual(['default/other', 'default/web']);
    expect(state.slicesOf(serviceKey('default/web')).size).toBe(0);
  });

  test('is everything when the own Node changes, and nothing when another does', () => {
    const state = new ClusterState('node-0');
    put(state, service());
    dirty(state);
    const node = { name: 'node-1', zone: 'a', addresses: [], podCIDRs: [], beingDeleted: false };
    state.apply({ kind: 'Node', key: 'node-1', record: node });
    expect(state.nodeChanged).toBe(false);
    state.apply({ kind: 'Node', key: 'node-0', record: { ...node, name: 'node-0' } });
    expect(state.nodeChanged).toBe(true);
    expect(dirty(state)).toEqual(['default/web']);
    expect(state.node?.zone).toBe('a');
  });
});

describe('a state of only some Services', () => {
  const web = serviceKey('default/web');
  const other = serviceKey('default/other');
  const change = (record: ReturnType<typeof slice>) =>
    ({ kind: 'EndpointSlice', key: record.key, record }) as const;
  const node = { name: 'node-0', zone: 'a', addresses: [], podCIDRs: [], beingDeleted: false };

  test('has nothing to plan of others, whatever changes', () => {
    const state = new ClusterState('node-0', '', new Set([web]));
    put(state, service());
    put(state, service({ key: other, clusterIPs: [address('10.96.0.11')] }));
    state.apply(change(slice([endpoint('10.0.0.1')])));
    state.apply(change(slice([endpoint('10.0.0.2')], { key: sliceKey('default/other-1'), service: other })));
    expect(dirty(state)).toEqual(['default/web']);
    state.apply({ kind: 'Node', key: 'node-0', record: node });
    expect(dirty(state)).toEqual(['default/web']);
    expect([state.slicesOf(web).size, state.slicesOf(other).size]).toEqual([1, 0]);
  });

  test('knows all of them, for the addresses that they hold', () => {
    const state = new ClusterState('node-0', '', new Set([younger.key]));
    put(state, younger);
    put(state, older);
    expect([...state.services.keys()]).toEqual([younger.key, older.key]);
    expect(state.holder(claim)).toBe(older.key);
    expect(dirty(state)).toEqual([younger.key]);
    expect([...state.clashes()]).toHaveLength(1);
  });

  test('forgets a slice that goes over to another', () => {
    const state = new ClusterState('node-0', '', new Set([web]));
    state.apply(change(slice([])));
    dirty(state);
    state.apply(change(slice([], { service: other })));
    expect(dirty(state)).toEqual(['default/web']);
    expect(state.slicesOf(web).size).toBe(0);
  });
});

describe('an address and port that two Services claim', () => {
  test.each([
    ['the older first', [older, younger]],
    ['the younger first', [younger, older]],
  ])('belongs to the older one, whichever came first: %s', (_, records) => {
    const state = new ClusterState('node-0');
    for (const record of records) put(state, record);
    expect(state.holder(claim)).toBe('default/older');
    expect([...state.clashes()]).toMatchObject([
      { object: 'Service default/a-younger', field: 'spec.clusterIPs' },
    ]);
  });

  test('belongs to the first by name where both are as old', () => {
    const state = new ClusterState('node-0');
    for (const name of ['default/b', 'default/a']) put(state, service({ key: serviceKey(name) }));
    expect(state.holder(claim)).toBe('default/a');
  });

  test('goes to the other one when its holder goes, and both are planned again', () => {
    const state = new ClusterState('node-0');
    put(state, older);
    put(state, younger);
    dirty(state);
    remove(state, 'default/older');
    expect(dirty(state)).toEqual(['default/a-younger', 'default/older']);
    expect(state.holder(claim)).toBe('default/a-younger');
    expect([...state.clashes()]).toEqual([]);
  });

  test('may be a node port, a health check node port among them', () => {
    const state = new ClusterState('node-0');
    put(state, service({ key: serviceKey('default/a'), ports: [servicePort({ nodePort: 32_000 })] }));
    put(state, service({ key: serviceKey('default/b'), clusterIPs: [], healthCheckNodePort: 32_000 }));
    expect(state.holder(nodePortClaim('TCP', 32_000))).toBe('default/a');
    expect([...state.clashes()]).toMatchObject([
      { object: 'Service default/b', field: 'spec.healthCheckNodePort' },
    ]);
  });
});

describe('Services that name a proxy', () => {
  const named = service({ key: serviceKey('default/named'), proxyName: 'edge' });

  test('are left to it, and claim nothing', () => {
    const state = new ClusterState('node-0');
    put(state, named);
    put(state, service());
    expect([...state.services.keys()]).toEqual(['default/web']);
    expect(state.holder(claim)).toBe('default/web');
    expect([...state.clashes()]).toEqual([]);
  });

  test('are the only ones that a proxy of this name serves', () => {
    const state = new ClusterState('node-0', 'edge');
    put(state, named);
    put(state, service());
    expect([...state.services.keys()]).toEqual(['default/named']);
  });
});
