import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ClusterSourceOptions, clusterSource } from '../../../src/sources/cluster/cluster-source.ts';
import { ApiServer } from '../../support/apiserver/api-server.ts';
import { nodeObject, serviceObject } from '../../support/apiserver/objects.ts';
import { Collected } from '../../support/sources/collect.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function opened(server: ApiServer, options: Partial<ClusterSourceOptions> = {}) {
  const awaited: string[] = [];
  const source = clusterSource({
    transport: server.transport(),
    nodeName: 'node-0',
    serviceProxyName: '',
    needsPodCIDRs: false,
    patient: true,
    once: false,
    events: { listed() {}, failed() {}, recovered() {}, awaitsNode: (name) => awaited.push(name) },
    ...options,
  });
  return { source, awaited, collected: new Collected(), ending: new AbortController() };
}

describe('load', () => {
  test('waits for the pod CIDRs of the Node where the detection of local traffic needs them', async () => {
    const server = new ApiServer();
    server.put(nodeObject('node-0', { podCIDRs: [] }));
    const { source, awaited, collected, ending } = opened(server, { needsPodCIDRs: true });
    let loaded = false;
    const loading = source.load(collected.listener, ending.signal).then(() => {
      loaded = true;
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect({ loaded, awaited }).toEqual({ loaded: false, awaited: ['node-0'] });
    server.put(nodeObject('node-0', { podCIDRs: ['10.244.0.0/24'] }));
    await vi.advanceTimersByTimeAsync(0);
    await loading;
    ending.abort();
  });

  test('does not wait for them where nothing is to be waited for: that is an error', async () => {
    const server = new ApiServer();
    const { source, collected } = opened(server, { needsPodCIDRs: true, patient: false, once: true });
    const loading = expect(source.load(collected.listener)).rejects.toThrow(
      'Node node-0 has no spec.podCIDRs, which detectLocalMode NodeCIDR needs',
    );
    await vi.advanceTimersByTimeAsync(20_000);
    await loading;
    expect(server.counts().openWatches).toBe(0);
  });

  test('ends, with all that it began, when the signal aborts while the server is away', async () => {
    const server = new ApiServer();
    server.goDown();
    const { source, collected, ending } = opened(server);
    const loading = source.load(collected.listener, ending.signal);
    await vi.advanceTimersByTimeAsync(60_000);
    ending.abort();
    await loading;
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('lets go of the server when the signal aborts afterwards, though nobody follows', async () => {
    const server = new ApiServer();
    const { source, collected, ending } = opened(server);
    const loading = source.load(collected.listener, ending.signal);
    await vi.advanceTimersByTimeAsync(20_000);
    await loading;
    expect(server.counts().openWatches).toBe(4);
    ending.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(server.counts().openWatches).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('what changes between load and follow is told when somebody follows', async () => {
  const server = new ApiServer();
  server.put(serviceObject('a'));
  const { source, collected, ending } = opened(server);
  const loading = source.load(collected.listener, ending.signal);
  await vi.advanceTimersByTimeAsync(20_000);
  await loading;
  server.put(serviceObject('b'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(collected.keys).toEqual(['Service default/a']);
  const following = source.follow(collected.listener, ending.signal);
  expect(collected.keys).toEqual(['Service default/a', 'Service default/b']);
  ending.abort();
  await following;
});

test('when the server is back after an outage, all kinds are followed again as soon as the first is', async () => {
  const server = new ApiServer();
  server.put(serviceObject('a'));
  const chances = [0, 0.9, 0.4, 0.7, 0.2];
  let drawn = 0;
  const random = () => chances[drawn++ % chances.length] ?? 0;
  const recovered: string[] = [];
  const events = {
    listed() {},
    failed() {},
    recovered: ({ kind }: { readonly kind: string }) => recovered.push(kind),
    awaitsNode() {},
  };
  const { source, collected, ending } = opened(server, { random, events });
  const loading = source.load(collected.listener, ending.signal);
  await vi.advanceTimersByTimeAsync(20_000);
  await loading;
  server.goDown();
  await vi.advanceTimersByTimeAsync(600_000);
  server.comeUp();
  while (recovered.length === 0) await vi.advanceTimersByTimeAsync(100);
  await vi.advanceTimersByTimeAsync(100);
  expect(server.counts().openWatches).toBe(4);
  ending.abort();
});
