import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiServer } from './api-server.ts';
import { get, paths } from './ask.ts';
import { endpointSliceObject, nodeObject, serviceObject } from './objects.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const names = ({ body }: { body: { items: { metadata: { name: string } }[] } }) =>
  body.items.map(({ metadata }) => metadata.name);

function serverWith(...services: readonly string[]): ApiServer {
  const server = new ApiServer();
  server.put(...services.map((name) => serviceObject(name)));
  return server;
}

describe('a list', () => {
  test('is in the order of keys, its items without kind', async () => {
    const server = new ApiServer();
    server.put(serviceObject('b'), serviceObject('a', { namespace: 'shop' }), serviceObject('a'));
    const answer = await get(server, paths.services);
    expect(answer.body).toMatchObject({
      kind: 'ServiceList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '4' },
    });
    expect(names(answer)).toEqual(['a', 'b', 'a']);
    expect(Object.keys(answer.body.items[0])).toEqual(['metadata', 'spec', 'status']);
  });

  test('of another version gives the objects as they were then', async () => {
    const server = serverWith('a');
    const version = server.put(serviceObject('b'));
    server.remove('Service', 'default/a');
    server.put(serviceObject('c'));
    const exact = { resourceVersion: version, resourceVersionMatch: 'Exact' };
    expect(names(await get(server, paths.services, exact))).toEqual(['a', 'b']);
    expect(names(await get(server, paths.services))).toEqual(['b', 'c']);
  });

  test('of a compacted version is refused with 410', async () => {
    const server = serverWith('a', 'b');
    server.compact();
    const answer = await get(server, paths.services, { resourceVersion: '2', resourceVersionMatch: 'Exact' });
    expect(answer).toMatchObject({ status: 410, body: { reason: 'Expired', code: 410 } });
  });

  test('of a version to come waits for it, and is refused with 504 after three seconds', async () => {
    const server = serverWith('a');
    const asked = get(server, paths.services, { resourceVersion: '9', resourceVersionMatch: 'NotOlderThan' });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await asked).toEqual({
      status: 504,
      retryAfter: 1_000,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'Timeout: Too large resource version: 9, current: 2',
        reason: 'Timeout',
        details: {
          causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
          retryAfterSeconds: 1,
        },
        code: 504,
      },
    });
  });

  test('of a version to come is answered when it comes in time', async () => {
    const server = serverWith('a');
    const asked = get(server, paths.services, { resourceVersion: '3', resourceVersionMatch: 'NotOlderThan' });
    await vi.advanceTimersByTimeAsync(1_000);
    server.put(serviceObject('b'));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(names(await asked)).toEqual(['a', 'b']);
  });
});

describe('pages', () => {
  test('show one version, whatever happens meanwhile', async () => {
    const server = serverWith('a', 'b', 'c');
    const first = await get(server, paths.services, { limit: '2' });
    expect(first.body.metadata.remainingItemCount).toBe(1);
    server.remove('Service', 'default/c');
    server.put(serviceObject('d'));
    const second = await get(server, paths.services, { limit: '2', continue: first.body.metadata.continue });
    expect([...names(first), ...names(second)]).toEqual(['a', 'b', 'c']);
    expect(second.body.metadata).toEqual({ resourceVersion: '4' });
  });

  test('end with 410 where the version is compacted between them; a token leads on to the objects of now', async () => {
    const server = serverWith('a', 'b', 'c');
    const first = await get(server, paths.services, { limit: '2' });
    server.put(serviceObject('d'));
    server.compact();
    const second = await get(server, paths.services, { limit: '2', continue: first.body.metadata.continue });
    expect(second).toMatchObject({ status: 410, body: { reason: 'Expired', status: 'Failure' } });
    expect(second.body.message).toMatch(/^The provided continue parameter is too old/);
    const rest = await get(server, paths.services, { limit: '2', continue: second.body.metadata.continue });
    expect(names(rest)).toEqual(['c', 'd']);
  });

  test('are not made of an answer from memory', async () => {
    const server = serverWith('a', 'b', 'c');
    const answer = await get(server, paths.services, { limit: '2', resourceVersion: '0' });
    expect(names(answer)).toEqual(['a', 'b', 'c']);
  });

  test('count as pages of one list', async () => {
    const server = serverWith('a', 'b', 'c');
    const first = await get(server, paths.services, { limit: '2' });
    await get(server, paths.services, { limit: '2', continue: first.body.metadata.continue });
    expect(server.counts('Service')).toMatchObject({ lists: 1, pages: 2, watches: 0 });
    expect(server.counts('Node')).toMatchObject({ lists: 0, pages: 0 });
  });
});

describe('selectors', () => {
  const proxyName = 'service.kubernetes.io/service-proxy-name';
  test.each([
    ['', ['headless', 'other', 'plain']],
    [`!${proxyName}`, ['headless', 'plain']],
    [`!service.kubernetes.io/headless,!${proxyName}`, ['plain']],
    [`${proxyName}=mesh`, ['other']],
    [proxyName, ['other']],
    [`${proxyName}!=mesh`, ['headless', 'plain']],
  ])('%o selects %j', async (labelSelector, expected) => {
    const server = new ApiServer();
    server.put(serviceObject('plain'));
    server.put(serviceObject('other', { labels: { [proxyName]: 'mesh' } }));
    server.put(serviceObject('headless', { labels: { 'service.kubernetes.io/headless': '' } }));
    expect(names(await get(server, paths.services, { labelSelector }))).toEqual(expected);
  });

  test('a namespace in the path selects what is in it, which does not count as a list', async () => {
    const server = serverWith('a');
    server.put(serviceObject('b', { namespace: 'shop' }));
    expect(names(await get(server, '/api/v1/namespaces/shop/services'))).toEqual(['b']);
    expect(names(await get(server, '/api/v1/namespaces/none/services'))).toEqual([]);
    expect((await get(server, '/api/v1/namespaces/shop/services/b')).body.metadata.name).toBe('b');
    expect(await get(server, '/api/v1/namespaces/shop/nodes')).toMatchObject({ status: 404 });
    expect(server.counts('Service').lists).toBe(0);
  });

  test('metadata.name selects one node', async () => {
    const server = new ApiServer();
    server.put(nodeObject('node-0'), nodeObject('node-1'));
    expect(names(await get(server, paths.nodes, { fieldSelector: 'metadata.name=node-1' }))).toEqual([
      'node-1',
    ]);
  });

  test.each([{ labelSelector: '!a=b' }, { labelSelector: 'a in b' }, { fieldSelector: 'spec.x=1' }])(
    '%o is refused',
    async (query: { labelSelector?: string; fieldSelector?: string }) => {
      expect(await get(new ApiServer(), paths.services, { ...query })).toMatchObject({ status: 400 });
    },
  );
});

describe('a request is refused as by the real server', () => {
  test.each([
    [{ resourceVersionMatch: 'NotOlderThan' }, 422],
    [{ resourceVersionMatch: 'Exact', resourceVersion: '0' }, 422],
    [{ sendInitialEvents: 'true' }, 422],
    [{ watch: 'true', sendInitialEvents: 'true' }, 422],
    [{ watch: 'true', resourceVersionMatch: 'NotOlderThan' }, 422],
    [{ resourceVersion: 'new' }, 400],
    [{ continue: 'x' }, 400],
  ])('with %o: %i', async (query: Record<string, string | undefined>, status) => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const answer = await get(new ApiServer(), paths.services, Object.fromEntries(given));
    expect(answer).toMatchObject({ status, body: { kind: 'Status', status: 'Failure', code: status } });
  });

  test('for a kind that it does not have: 404', async () => {
    const server = new ApiServer({ missingKinds: ['ServiceCIDR'] });
    expect(await get(server, paths.serviceCIDRs)).toMatchObject({
      status: 404,
      body: { reason: 'NotFound' },
    });
  });
});

describe('an object', () => {
  test('keeps its uid and time of creation; its version and generation count on', () => {
    const server = new ApiServer({ resourceVersion: 10 });
    vi.setSystemTime('2026-01-01T00:00:00Z');
    server.put(endpointSliceObject('web', ['10.244.0.1']));
    const first = server.get('EndpointSlice', 'default/web-1')?.metadata;
    vi.setSystemTime('2026-01-02T00:00:00Z');
    server.put(endpointSliceObject('web', ['10.244.0.2']));
    const second = server.get('EndpointSlice', 'default/web-1')?.metadata;
    expect(first).toMatchObject({ resourceVersion: '11', generation: 1 });
    expect(second).toMatchObject({ resourceVersion: '12', generation: 2, uid: first?.uid });
    expect(second?.creationTimestamp).toBe('2026-01-01T00:00:00Z');
  });

  test('has another uid after it was made anew', () => {
    const server = serverWith('web');
    const first = server.get('Service', 'default/web')?.metadata.uid;
    server.remove('Service', 'default/web');
    server.put(serviceObject('web'));
    expect(server.get('Service', 'default/web')?.metadata.uid).not.toBe(first);
  });

  test('without a namespace can be asked for by its name', async () => {
    const server = new ApiServer();
    server.put(nodeObject('node-0'));
    expect((await get(server, `${paths.nodes}/node-0`)).body.metadata.name).toBe('node-0');
    expect(await get(server, `${paths.nodes}/node-1`)).toMatchObject({
      status: 404,
      body: { message: 'nodes "node-1" not found', details: { name: 'node-1', kind: 'nodes' } },
    });
  });
});
