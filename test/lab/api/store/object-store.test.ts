import { describe, expect, test } from 'vitest';
import { createStore } from '../../../../src/lab/api/create-store.ts';
import { ObjectStore } from '../../../../src/lab/api/store/object-store.ts';
import type { StoreChange } from '../../../../src/lab/api/store/versioned-objects.ts';
import { refusalOf } from '../../../support/lab-api/ask-store.ts';
import { namespace, pod, service } from '../../../support/lab-api/objects.ts';

const newStore = (): ObjectStore => createStore({ families: ['IPv4'] });

describe('a new store', () => {
  test('has what every cluster has', () => {
    const store = newStore();
    expect(store.list('Namespace').map(({ metadata }) => metadata.name)).toEqual(['default', 'kube-system']);
    expect(store.get('Service', 'default/kubernetes')?.spec.clusterIP).toBe('10.96.0.1');
    expect(store.get('ServiceCIDR', 'kubernetes')?.spec.cidrs).toEqual(['10.96.0.0/16']);
  });

  test('keeps the Service of the API server', () => {
    const store = newStore();
    store.remove('Service', 'default/kubernetes');
    expect(store.get('Service', 'default/kubernetes')?.spec.clusterIP).toBe('10.96.0.1');
  });
});

describe('an object that is created', () => {
  test('gets a uid, a time and a version', () => {
    const { metadata } = newStore().create(pod('web'));
    expect(metadata).toMatchObject({ name: 'web', namespace: 'default', generation: 1 });
    expect(metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(Date.parse(metadata.creationTimestamp)).not.toBeNaN();
  });

  test('gets a name that is free, where it has only the beginning of one', () => {
    const store = newStore();
    const names = [1, 2, 3].map(
      () => store.create(pod('', {}, { name: undefined, generateName: 'web-' })).metadata.name,
    );
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^web-[a-z0-9]{5}$/);
  });

  test.each([
    ['whose name is taken', pod('web'), 409],
    ['in a Namespace that is not there', pod('web', {}, { namespace: 'shop' }), 404],
    ['of a kind that is not served', { kind: 'Job', apiVersion: 'batch/v1', metadata: { name: 'a' } }, 400],
    ['whose fields have wrong types', service('other', { ports: 80 }), 400],
    ['whose name is none', pod('Web!'), 422],
  ])('%s is refused', (_case, object, code) => {
    const store = newStore();
    store.create(pod('web'));
    expect(refusalOf(() => store.create(object))[0]).toBe(code);
  });

  test('by a dry run is checked and not kept', () => {
    const store = newStore();
    store.create(pod('web'), { dryRun: true });
    expect(store.get('Pod', 'default/web')).toBeUndefined();
    expect(refusalOf(() => store.create(pod('W'), { dryRun: true }))[0]).toBe(422);
  });
});

describe('an object that is updated', () => {
  test('has another version, and another generation where its spec changed', () => {
    const store = newStore();
    const before = store.create(pod('web', { tolerations: [] }));
    const labelled = store.update({ ...before, metadata: { ...before.metadata, labels: { a: 'b' } } });
    expect(labelled.metadata).toMatchObject({ uid: before.metadata.uid, generation: 1, labels: { a: 'b' } });
    const { spec } = pod('web', { tolerations: [], nodeName: 'node-0' });
    const changed = store.update({ ...labelled, spec });
    expect(changed.metadata.generation).toBe(2);
  });

  test('from an old version is refused with 409; without a version it is not', () => {
    const store = newStore();
    const { metadata, ...first } = store.create(pod('web'));
    const labelled = { ...metadata, labels: { a: 'b' } };
    store.update({ ...first, metadata: labelled });
    expect(refusalOf(() => store.update({ ...first, metadata }))[0]).toBe(409);
    const { resourceVersion: _version, ...unconditional } = metadata;
    store.update({ ...first, metadata: unconditional });
    expect(store.get('Pod', 'default/web')?.metadata.labels).toBeUndefined();
  });

  test('to what it is makes no new version', () => {
    const store = newStore();
    const before = store.create(service('web'));
    const { version } = store;
    expect(store.update(before)).toBe(before);
    expect(store.update(service('web'))).toBe(before);
    expect(store.version).toBe(version);
  });

  test('keeps its status, and an update of the status the rest', () => {
    const store = newStore();
    const before = store.create(pod('web'));
    store.update({ ...before, spec: {}, status: { phase: 'Running' } }, { part: 'status' });
    const after = store.update({ ...pod('web', {}, { labels: { a: 'b' } }), status: { phase: 'Failed' } });
    expect(after).toMatchObject({ spec: before.spec, status: { phase: 'Running' } });
  });
});

describe('an object that is deleted', () => {
  test('is gone', () => {
    const store = newStore();
    store.create(service('web'));
    expect(store.remove('Service', 'default/web').gone).toBe(true);
    expect(refusalOf(() => store.remove('Service', 'default/web'))[0]).toBe(404);
  });

  test('stays until its last finalizer is removed', () => {
    const store = newStore();
    const { metadata } = store.create(service('web', {}, { finalizers: ['a/b'] }));
    expect(store.remove('Service', 'default/web').gone).toBe(false);
    expect(store.get('Service', 'default/web')?.metadata.deletionTimestamp).toBeDefined();
    store.modify('Service', 'default/web', (object) => ({
      ...object,
      metadata: { ...object.metadata, finalizers: [] },
    }));
    expect(store.get('Service', 'default/web')).toBeUndefined();
    expect(metadata.finalizers).toEqual(['a/b']);
  });

  test.each([
    ['a Pod without a Node', {}, undefined, true],
    ['a Pod on a Node', { nodeName: 'node-0' }, undefined, false],
    ['a Pod on a Node, at once', { nodeName: 'node-0' }, 0, true],
    [
      'a Pod whose own time to end is 0',
      { nodeName: 'node-0', terminationGracePeriodSeconds: 0 },
      undefined,
      true,
    ],
  ])('%s: %j, %s: gone %s', (_case, spec, gracePeriodSeconds, gone) => {
    const store = newStore();
    store.create(pod('web', spec));
    const options = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
    expect(store.remove('Pod', 'default/web', options).gone).toBe(gone);
    expect(store.get('Pod', 'default/web') === undefined).toBe(gone);
  });

  test('a Namespace with something in it is about to go, and takes nothing more', () => {
    const store = newStore();
    store.create(namespace('shop'));
    store.create(service('web', {}, { namespace: 'shop' }));
    expect(store.remove('Namespace', 'shop').gone).toBe(false);
    expect(store.get('Namespace', 'shop')?.status?.phase).toBe('Terminating');
    expect(refusalOf(() => store.create(pod('a', {}, { namespace: 'shop' })))[0]).toBe(403);
    store.remove('Service', 'shop/web');
    expect(store.remove('Namespace', 'shop').gone).toBe(true);
  });

  test('is refused where it is another than the one that was meant, or must stay', () => {
    const store = newStore();
    store.create(service('web'));
    expect(refusalOf(() => store.remove('Service', 'default/web', { uid: 'x' }))[0]).toBe(409);
    expect(refusalOf(() => store.remove('Namespace', 'default'))[0]).toBe(403);
  });
});

describe('a watch', () => {
  test('tells each change in order, also those that a listener makes', () => {
    const store = newStore();
    const told: string[] = [];
    const line = ({ kind, key, before, after }: StoreChange) =>
      `${before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'} ${kind} ${key}`;
    store.watch((change) => {
      if (change.kind === 'Pod' && change.before === undefined) store.create(service('web'));
    });
    const end = store.watch((change) => told.push(line(change)));
    store.create(pod('web'));
    store.remove('Pod', 'default/web');
    end();
    store.remove('Service', 'default/web');
    expect(told).toEqual(['added Pod default/web', 'added Service default/web', 'removed Pod default/web']);
  });
});

test('a store that forgets knows as many changes as it is told to, and says from which version on', () => {
  const store = new ObjectStore({ history: 10 });
  for (let number = 0; number < 100; number += 1) store.create(pod(`pod-${number}`));
  expect(store.compacted).toBeGreaterThan(store.version - 20);
  expect(store.since('Pod', store.compacted)).toHaveLength(store.version - store.compacted);
  expect(store.since('Pod', store.compacted).length).toBeGreaterThanOrEqual(10);
  expect(store.listAt('Pod', store.compacted)).toHaveLength(store.compacted - 1);
  expect(store.listAt('Pod', store.compacted - 1)).toBeUndefined();
});
