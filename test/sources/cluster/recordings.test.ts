import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { clusterSource } from '../../../src/sources/cluster/cluster-source.ts';
import type { ApiAnswer, ApiRequest } from '../../../src/sources/cluster/transport.ts';
import { recordedEvents, recording, recordingsUnavailable } from '../../support/apiserver/recordings.ts';
import { Collected } from '../../support/sources/collect.ts';

const unavailable = recordingsUnavailable();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('what a real API server said is read', () => {
  test('as a streaming list of Services that goes on', async ({ skip }) => {
    if (unavailable) skip(unavailable);
    await using played = await play({ Service: ['watchlist-services.jsonl'] });
    expect(played.keys('Service')).toEqual([
      'Service default/kubernetes',
      'Service default/one',
      'Service default/shop',
      'Service default/web',
      'Service kube-system/kube-dns',
    ]);
    expect(played.collected.objects.get('Service default/shop')).toMatchObject({
      record: {
        clusterIPs: ['10.96.10.3'],
        ports: [
          { name: 'http', protocol: 'TCP', port: 80, nodePort: 30080 },
          { name: 'https', protocol: 'TCP', port: 443, nodePort: 30443 },
        ],
      },
    });
    // The last bookmark is where the next watch begins.
    expect(played.asked('Service').at(1)).toMatchObject({ resourceVersion: '78' });
    expect(played.asked('Service').at(1)).not.toHaveProperty('sendInitialEvents');
  });

  test('as the refusal of a streaming list, and a list', async ({ skip }) => {
    if (unavailable) skip(unavailable);
    await using played = await play({
      Service: ['watchlist-services-unsupported.jsonl', 'list-services.json'],
    });
    expect(played.keys('Service')).toHaveLength(4);
    expect(played.asked('Service').at(2)).toMatchObject({ watch: 'true', resourceVersion: '72' });
  });

  test('as pages of EndpointSlices, and the watch that follows', async ({ skip }) => {
    if (unavailable) skip(unavailable);
    await using played = await play({
      EndpointSlice: [
        'watchlist-services-unsupported.jsonl',
        'list-endpointslices-page1.json',
        'list-endpointslices-page2.json',
        'watch-endpointslices.jsonl',
      ],
    });
    const [, , second, watch, next] = played.asked('EndpointSlice');
    const page1 = JSON.parse(recording('list-endpointslices-page1.json'));
    expect(second).toMatchObject({ continue: page1.metadata.continue });
    expect(watch).toMatchObject({ resourceVersion: '72' });
    expect(next).toMatchObject({ resourceVersion: '89' });
    expect(played.keys('EndpointSlice')).toEqual([
      'EndpointSlice default/one-1',
      'EndpointSlice default/web-1',
      'EndpointSlice kube-system/kube-dns-1',
    ]);
    expect(played.collected.history).toEqual([
      '+ EndpointSlice default/shop-1',
      '+ EndpointSlice default/web-1',
      '+ EndpointSlice kube-system/kube-dns-1',
      '+ EndpointSlice default/web-1',
      '+ EndpointSlice default/web-1',
      '- EndpointSlice default/shop-1',
      '+ EndpointSlice default/one-1',
    ]);
    expect(played.collected.objects.get('EndpointSlice default/web-1')).toMatchObject({
      record: {
        service: 'default/web',
        endpoints: [
          { address: '10.244.0.11', ready: false, serving: true, terminating: true },
          { address: '10.244.2.13', ready: true, serving: true, terminating: false },
        ],
      },
    });
  });

  test('without a problem, whatever the event', ({ skip }) => {
    if (unavailable) skip(unavailable);
    const types = new Set(recordedEvents('watch-endpointslices.jsonl').map(({ type }) => type));
    expect([...types].sort()).toEqual(['ADDED', 'BOOKMARK', 'DELETED', 'MODIFIED']);
  });
});

type Played = 'Service' | 'EndpointSlice';

const pathOf: Readonly<Record<Played, string>> = {
  Service: '/api/v1/services',
  EndpointSlice: '/apis/discovery.k8s.io/v1/endpointslices',
};

/** Each answer to requests of a kind is the next recording; when they are used up, and for other kinds, none comes. */
async function play(recordings: Readonly<Partial<Record<Played, readonly string[]>>>) {
  const requests: ApiRequest[] = [];
  const collected = new Collected();
  const left = new Map(
    Object.entries(recordings).map(([kind, names]) => [pathOf[kind as Played], [...names]]),
  );
  const send = (request: ApiRequest): Promise<ApiAnswer> => {
    requests.push(request);
    const name = left.get(request.path)?.shift();
    if (name !== undefined) return Promise.resolve(answer(recording(name)));
    return new Promise((_resolve, reject) => {
      request.signal.addEventListener('abort', () => reject(request.signal.reason));
    });
  };
  const ending = new AbortController();
  const source = sourceOf(send);
  const loading = source.load(collected.listener, ending.signal);
  // Over the pauses after a refusal, and after a watch that ends at once as a recording does.
  await vi.advanceTimersByTimeAsync(5_000);
  return {
    collected,
    keys: (kind: Played) => collected.keys.filter((key) => key.startsWith(`${kind} `)),
    asked: (kind: Played) => requests.filter(({ path }) => path === pathOf[kind]).map(({ query }) => query),
    async [Symbol.asyncDispose]() {
      expect(collected.problems).toEqual([]);
      ending.abort();
      await loading;
    },
  };
}

function sourceOf(send: (request: ApiRequest) => Promise<ApiAnswer>) {
  return clusterSource({
    transport: { send },
    nodeName: 'node-0',
    serviceProxyName: '',
    needsPodCIDRs: false,
    patient: true,
    once: false,
    events: { listed: () => {}, failed: () => {}, recovered: () => {}, awaitsNode: () => {} },
  });
}

/** In parts, as a network might bring it. */
function answer(text: string): ApiAnswer {
  async function* body() {
    for (let at = 0; at < text.length; at += 1_000) yield text.slice(at, at + 1_000);
  }
  return { status: 200, retryAfter: undefined, body: body() };
}
