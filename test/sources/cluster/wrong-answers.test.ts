import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiServer } from '../../support/apiserver/api-server.ts';
import { endpointSliceObject, serviceObject } from '../../support/apiserver/objects.ts';
import { ClusterWatcher } from '../../support/sources/cluster/watch-cluster.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  for (const watcher of watchers.splice(0)) await watcher.stop();
  vi.useRealTimers();
});

const watchers: ClusterWatcher[] = [];

const metadata = { resourceVersion: '900' };
const services = { kind: 'ServiceList', apiVersion: 'v1', metadata, items: [] };
const pod = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'pod', namespace: 'default' }, spec: {} };
const portal = '<html><body>Please sign in</body></html>\n';

/** A server with Services a and b, known to the watcher, and now its watch of Services must begin anew with a list. */
async function listsAgain(server: ApiServer): Promise<ClusterWatcher> {
  server.put(serviceObject('a'), serviceObject('b'), endpointSliceObject('a', ['10.244.0.1']));
  const watcher = new ClusterWatcher(server);
  watchers.push(watcher);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(watcher.isLoaded).toBe(true);
  watcher.collected.history.length = 0;
  watcher.reasons.length = 0;
  return watcher;
}

/** The server forgets what happened while it was down: c came. */
async function gap(server: ApiServer): Promise<void> {
  server.goDown();
  server.put(serviceObject('c'));
  server.compact();
  await vi.advanceTimersByTimeAsync(100);
  server.comeUp();
}

/** The wrong answers take nothing away and add nothing, and say what is wrong; the next right one counts. */
async function nothingIsLost(server: ApiServer, watcher: ClusterWatcher, reason: string): Promise<void> {
  await gap(server);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([...new Set(watcher.reasons.filter((text) => text.startsWith('GET ')))]).toEqual([reason]);
  await vi.advanceTimersByTimeAsync(60_000);
  const history = watcher.collected.history.filter((change) => change.includes(' Service '));
  expect(history).toEqual(['+ Service default/a', '+ Service default/b', '+ Service default/c']);
  expect(watcher.collected.problems).toEqual([]);
}

const ask = 'GET /api/v1/services: ';

describe('a page that is no page of the list that was asked for is a failure:', () => {
  test.each<[string, unknown, string]>([
    ['an empty object', {}, 'kind must be "ServiceList", got nothing'],
    ['metadata alone', { metadata: {} }, 'kind must be "ServiceList", got nothing'],
    ["a portal's JSON", { login: 'https://portal.example' }, 'kind must be "ServiceList", got nothing'],
    [
      "another kind's List",
      { ...services, kind: 'PodList', items: [pod] },
      'kind must be "ServiceList", got "PodList"',
    ],
    ['an object', pod, 'kind must be "ServiceList", got "Pod"'],
    [
      'a Status',
      { kind: 'Status', apiVersion: 'v1', metadata: {} },
      'kind must be "ServiceList", got "Status"',
    ],
    ['a List of no kind', { ...services, kind: 'List' }, 'kind must be "ServiceList", got "List"'],
    ['another version', { ...services, apiVersion: 'v2' }, 'apiVersion must be "v1", got "v2"'],
    ['no version', { ...services, apiVersion: undefined }, 'apiVersion must be "v1", got nothing'],
    ['no metadata', { ...services, metadata: null }, 'metadata.resourceVersion must be a text, got nothing'],
    [
      'no resourceVersion',
      { ...services, metadata: {} },
      'metadata.resourceVersion must be a text, got nothing',
    ],
    [
      'an empty resourceVersion',
      { ...services, metadata: { resourceVersion: '' } },
      'metadata.resourceVersion must be a text, got ""',
    ],
    [
      'a resourceVersion that is a number',
      { ...services, metadata: { resourceVersion: 900 } },
      'metadata.resourceVersion must be a text, got 900',
    ],
    ['no items', { ...services, items: undefined }, 'items must be a list of objects, got nothing'],
    ['items that are null', { ...services, items: null }, 'items must be a list of objects, got null'],
    [
      'items that are a mapping',
      { ...services, items: {} },
      'items must be a list of objects, got a mapping',
    ],
    ['items that are texts', { ...services, items: ['a', 'b'] }, 'items must be a list of objects, got "a"'],
    ['items of another kind', { ...services, items: [pod] }, 'kind must be "Service", got "Pod"'],
    [
      'items of another kind, before it says what it is',
      {
        items: [{ ...serviceObject('x'), kind: undefined, apiVersion: undefined }],
        kind: 'PodList',
        apiVersion: 'v1',
        metadata,
      },
      'kind must be "ServiceList", got "PodList"',
    ],
    ['a list', [services], 'the answer must be a JSON object, got a list'],
    ['a text', 'none', 'the answer must be a JSON object, got "none"'],
  ])('%s', async (_case, answer, reason) => {
    const server = new ApiServer({ streamingLists: 'refused-by-status' });
    const watcher = await listsAgain(server);
    const text = JSON.stringify(answer);
    server.fail({ is: 'other', text }, { kind: 'Service', verb: 'list', times: 3 });
    await nothingIsLost(server, watcher, `${ask}${reason}`);
  });

  test("a portal's page", async () => {
    const server = new ApiServer({ streamingLists: 'refused-by-status' });
    const watcher = await listsAgain(server);
    server.fail({ is: 'other', text: portal }, { kind: 'Service', verb: 'list', times: 3 });
    await nothingIsLost(server, watcher, `${ask}the answer is no JSON, or ended too early`);
  });
});

test('a later page of another List is a failure too', async () => {
  const server = new ApiServer({ streamingLists: 'refused-by-status' });
  const watcher = await listsAgain(server);
  const first = { ...services, metadata: { ...metadata, continue: 'more' } };
  server.fail({ is: 'other', text: JSON.stringify(first) }, { kind: 'Service', verb: 'list' });
  server.fail({ is: 'other', text: '{"metadata":{}}' }, { kind: 'Service', verb: 'list' });
  await gap(server);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(watcher.reasons).toContain(`${ask}kind must be "ServiceList", got nothing`);
  expect([...watcher.state.services.keys()]).toEqual(['default/a', 'default/b', 'default/c']);
  expect(watcher.collected.history.filter((change) => change.startsWith('-'))).toEqual([]);
});

describe('an event that is none of the kind that was asked for is a failure:', () => {
  const service = {
    ...serviceObject('x'),
    metadata: { name: 'x', namespace: 'default', resourceVersion: '9' },
  };
  const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

  test.each<[string, string, string]>([
    ['an object of another kind', line('ADDED', pod), 'kind must be "Service", got "Pod"'],
    ['an object of no kind', line('ADDED', {}), 'kind must be "Service", got nothing'],
    [
      'an object of another version',
      line('ADDED', { ...service, apiVersion: 'serving.knative.dev/v1' }),
      'apiVersion must be "v1", got "serving.knative.dev/v1"',
    ],
    [
      'an object without a resourceVersion',
      line('ADDED', serviceObject('x')),
      'metadata.resourceVersion must be a text, got nothing',
    ],
    ['the end of the list, of another kind', bookmark('Pod', '9'), 'kind must be "Service", got "Pod"'],
    [
      'the end of the list, without a version',
      bookmark('Service', ''),
      'metadata.resourceVersion must be a text, got ""',
    ],
    [
      "a portal's JSON",
      '{"login":"https://portal.example"}\n',
      'must send events, one a line, got "{\\"login\\":\\"https://portal.example\\"}"',
    ],
    [
      "a portal's page",
      portal,
      'must send events, one a line, got "<html><body>Please sign in</body></html>"',
    ],
  ])('%s', async (_case, text, reason) => {
    const server = new ApiServer();
    const watcher = await listsAgain(server);
    server.fail({ is: 'other', text }, { kind: 'Service', verb: 'streaming-list', times: 2 });
    await nothingIsLost(server, watcher, `${ask}${reason}`);
  });

  function bookmark(kind: string, resourceVersion: string): string {
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    return line('BOOKMARK', { kind, apiVersion: 'v1', metadata: { resourceVersion, annotations } });
  }

  test('in a watch that goes on, which then goes on from the last good one', async () => {
    const server = new ApiServer();
    const watcher = await listsAgain(server);
    server.fail(
      { is: 'other', text: line('DELETED', { ...pod, metadata: service.metadata }) },
      { kind: 'Service', verb: 'watch' },
    );
    server.breakConnections({ kind: 'Service' });
    server.put(serviceObject('c'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(watcher.reasons).toContain(`${ask}kind must be "Service", got "Pod"`);
    expect(watcher.collected.history).toEqual(['+ Service default/c']);
    expect(server.counts('Service')).toMatchObject({ streamingLists: 1, lists: 0, openWatches: 1 });
  });
});
