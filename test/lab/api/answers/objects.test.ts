import { describe, expect, test } from 'vitest';
import { createStore } from '../../../../src/lab/api/create-store.ts';
import { ask } from '../../../support/lab-api/ask-store.ts';
import { pod, service, workload } from '../../../support/lab-api/objects.ts';

const services = '/api/v1/namespaces/default/services';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

describe('over its paths an object', () => {
  test('is created, read, replaced and deleted', () => {
    const store = createStore({ families: ['IPv4'] });
    expect(ask(store, 'POST', services, { body: service('web') }).status).toBe(201);
    const { body } = ask(store, 'GET', `${services}/web`);
    expect(body).toMatchObject({ kind: 'Service', spec: { clusterIP: '10.96.0.17' } });
    const changed = { ...body, spec: { ...body.spec, selector: { a: 'b' } } };
    expect(ask(store, 'PUT', `${services}/web`, { body: changed })).toMatchObject({
      status: 200,
      body: { spec: { selector: { a: 'b' } } },
    });
    expect(ask(store, 'PUT', `${services}/web`, { body })).toMatchObject({
      status: 409,
      body: { reason: 'Conflict', details: { name: 'web', kind: 'services' } },
    });
    expect(ask(store, 'DELETE', `${services}/web`).body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'web', kind: 'services', uid: body.metadata.uid },
    });
    expect(ask(store, 'GET', `${services}/web`).status).toBe(404);
  });

  test.each([
    ['application/merge-patch+json', { spec: { selector: { b: 'c' } } }, { app: 'web', b: 'c' }],
    ['application/strategic-merge-patch+json', { spec: { selector: { app: null, b: 'c' } } }, { b: 'c' }],
    [
      'application/json-patch+json',
      [{ op: 'replace', path: '/spec/selector', value: { b: 'c' } }],
      { b: 'c' },
    ],
    ['application/apply-patch+yaml', { spec: { selector: { b: 'c' } } }, { app: 'web', b: 'c' }],
  ])('is patched by %s', (contentType, body, selector) => {
    const store = createStore({ families: ['IPv4'] });
    store.create(service('web'));
    const answer = ask(store, 'PATCH', `${services}/web`, { body, contentType });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body.spec.selector).toEqual(selector);
  });

  test('that is applied and not there is created', () => {
    const store = createStore({ families: ['IPv4'] });
    const contentType = 'application/apply-patch+yaml';
    expect(ask(store, 'PATCH', `${services}/web`, { body: service('web'), contentType }).status).toBe(201);
    expect(ask(store, 'PATCH', `${services}/other`, { body: {} }).status).toBe(404);
  });

  test('has its number of Pods under a path of its own', () => {
    const store = createStore({ families: ['IPv4'] });
    store.create(workload('Deployment', 'web', { replicas: 3 }));
    const path = `${deployments}/web/scale`;
    expect(ask(store, 'GET', path).body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 3 },
      status: { replicas: 0, selector: 'app=web' },
    });
    expect(ask(store, 'PATCH', path, { body: { spec: { replicas: 5 } } }).body.spec).toEqual({ replicas: 5 });
    expect(store.get('Deployment', 'default/web')?.spec.replicas).toBe(5);
    expect(ask(store, 'PATCH', path, { body: { spec: { replicas: -1 } } }).status).toBe(400);
  });

  test('has its status under a path of its own', () => {
    const store = createStore({ families: ['IPv4'] });
    store.create(pod('web'));
    const body = { status: { phase: 'Running' }, spec: { nodeName: 'node-0' } };
    ask(store, 'PATCH', '/api/v1/namespaces/default/pods/web/status', { body });
    const { spec, status } = store.get('Pod', 'default/web') ?? {};
    expect(status?.phase).toBe('Running');
    expect(spec?.nodeName).toBeUndefined();
  });

  test('that is a Pod is bound to a Node once, and evicted', () => {
    const store = createStore({ families: ['IPv4'] });
    store.create(pod('web'));
    const path = '/api/v1/namespaces/default/pods/web';
    const binding = { body: { target: { kind: 'Node', name: 'node-0' } } };
    expect(ask(store, 'POST', `${path}/binding`, binding).status).toBe(201);
    expect(ask(store, 'POST', `${path}/binding`, binding).status).toBe(409);
    expect(ask(store, 'POST', `${path}/eviction`, { body: {} }).status).toBe(201);
    expect(store.get('Pod', 'default/web')?.metadata).toMatchObject({ deletionGracePeriodSeconds: 30 });
  });

  test('that was owned stays, without its owner, where the owner is deleted so', () => {
    const store = createStore({ families: ['IPv4'] });
    const { metadata } = store.create(workload('Deployment', 'web'));
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: metadata.uid };
    store.create(pod('web', {}, { ownerReferences: [owner] }));
    ask(store, 'DELETE', `${deployments}/web`, { body: { propagationPolicy: 'Orphan' } });
    expect(store.get('Pod', 'default/web')?.metadata.ownerReferences).toBeUndefined();
  });

  test.each([
    ['of another kind', 'POST', services, pod('web'), 400],
    ['of another Namespace', 'POST', services, service('a', {}, { namespace: 'shop' }), 400],
    ['of another name', 'PUT', `${services}/web`, service('a'), 400],
    ['without a name', 'POST', services, { kind: 'Service', metadata: {} }, 400],
    ['that is none', 'POST', services, 'web', 400],
  ])('%s is refused', (_case, method, path, body, status) => {
    const store = createStore({ families: ['IPv4'] });
    store.create(service('web'));
    expect(ask(store, method, path, { body }).status).toBe(status);
  });

  test.each<[string, string, object, readonly string[]]>([
    [
      'a Service',
      services,
      service('a', { prots: [], ports: [{ port: 1, target: 2 }] }),
      ['spec.ports[0].target', 'spec.prots'],
    ],
    [
      'a Deployment',
      deployments,
      workload('Deployment', 'a', { replica: 1 }, { images: 'x' }),
      ['spec.template.spec.containers[0].images', 'spec.replica'],
    ],
    ['metadata', services, service('a', {}, { label: {} }), ['metadata.label']],
  ])(
    'with a field that %s does not have is refused, if the client wants that',
    (_case, path, body, unknown) => {
      const store = createStore({ families: ['IPv4'] });
      const answer = ask(store, 'POST', path, { body, query: { fieldValidation: 'Strict' } });
      expect(answer.status).toBe(400);
      const faults = unknown.map((field) => `unknown field "${field}"`).join(', ');
      expect(answer.body.message.endsWith(`strict decoding error: ${faults}`)).toBe(true);
      expect(ask(store, 'POST', path, { body, query: { fieldValidation: 'Ignore' } }).status).toBe(201);
    },
  );

  test.each(['/api/v1/secrets', '/apis/batch/v1/jobs', '/apis/apps/v1/deployments/web', '/nothing'])(
    'is not found under %s',
    (path) => {
      const { status, body } = ask(createStore({ families: ['IPv4'] }), 'GET', path);
      expect(status).toBe(404);
      expect(body.message).toBe('the server could not find the requested resource');
    },
  );
});

describe('events', () => {
  test('that a proxy writes are seen by kubectl, which asks for those of an object', () => {
    const store = createStore({ families: ['IPv4'] });
    const body = {
      kind: 'Event',
      apiVersion: 'events.k8s.io/v1',
      metadata: { name: 'web.1' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      regarding: { kind: 'Service', name: 'web', namespace: 'default', uid: 'u1' },
      reason: 'Refused',
      note: 'the kernel does not take it',
      type: 'Warning',
      reportingController: 'portolan',
    };
    expect(ask(store, 'POST', '/apis/events.k8s.io/v1/namespaces/default/events', { body }).status).toBe(201);
    const query = { fieldSelector: 'involvedObject.uid=u1,involvedObject.kind=Service' };
    const { items } = ask(store, 'GET', '/api/v1/namespaces/default/events', { query }).body;
    expect(items).toMatchObject([
      {
        involvedObject: { name: 'web' },
        message: 'the kernel does not take it',
        source: { component: 'portolan' },
        lastTimestamp: '2026-01-01T00:00:00.000000Z',
      },
    ]);
    expect(items[0]).not.toHaveProperty('note');
  });

  test('of the old version are kept in the new one', () => {
    const store = createStore({ families: ['IPv4'] });
    const body = {
      metadata: { name: 'a' },
      involvedObject: { kind: 'Pod' },
      message: 'm',
      reason: 'r',
      count: 2,
    };
    const { body: shown } = ask(store, 'POST', '/api/v1/namespaces/default/events', { body });
    expect(shown).toMatchObject({ apiVersion: 'v1', message: 'm', count: 2 });
    expect(store.get('Event', 'default/a')).toMatchObject({ note: 'm', regarding: { kind: 'Pod' } });
  });
});

describe('selectors', () => {
  test.each([
    ['labelSelector', 'app in (a, b)', ['a', 'b']],
    ['labelSelector', 'app notin (a,b)', ['c']],
    ['labelSelector', 'app,app!=a', ['b', 'c']],
    ['fieldSelector', 'spec.nodeName=node-1', ['b']],
    ['fieldSelector', 'spec.nodeName=', ['a', 'c']],
    ['fieldSelector', 'status.phase=Pending,metadata.name!=c', ['a', 'b']],
  ])('%s=%s selects %j', (selector, text, names) => {
    const store = createStore({ families: ['IPv4'] });
    for (const name of ['a', 'b', 'c'])
      store.create(pod(name, name === 'b' ? { nodeName: 'node-1' } : {}, { labels: { app: name } }));
    const { items } = ask(store, 'GET', '/api/v1/pods', { query: { [selector]: text } }).body;
    expect(items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual(names);
  });
});
