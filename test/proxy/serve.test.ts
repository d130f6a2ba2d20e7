import { pino } from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { listen } from '../../src/health/listen.ts';
import type { Address } from '../../src/net/address.ts';
import { families } from '../../src/net/family.ts';
import { PlanBook } from '../../src/plan/plan-book.ts';
import { openServing, type ServingOptions } from '../../src/proxy/serve.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import type { NodeRecord } from '../../src/state/records.ts';
import { Metrics } from '../../src/telemetry/metrics/metrics.ts';
import { resolveFile } from '../support/config/resolve.ts';
import { loopbackAddress } from '../support/health/loopback.ts';
import { context } from '../support/records.ts';
import { sample } from '../support/telemetry/samples.ts';

/** What the servers of a proxy need, each on its own address. */
function options(lines = '', more: Partial<ServingOptions> = {}) {
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const [health, metrics] = [loopbackAddress(), loopbackAddress()];
  const logged: string[] = [];
  const { config } = resolveFile(
    `healthzBindAddress: ${health}:10256\nmetricsBindAddress: ${metrics}:10249\n${lines}`,
  );
  const given: ServingOptions = {
    config,
    metrics: new Metrics({ mode: config.mode, version: '1.2.3' }),
    logger: pino({}, { write: (line: string) => logged.push(JSON.parse(line).msg) }),
    signal: ending.signal,
    flags: { 'proxy-mode': 'iptables' },
    ownFlags: { source: 'objects' },
    needsNode: true,
    ...more,
  };
  return {
    given,
    ending,
    logged,
    health: `${health}:10256`,
    metrics: `${metrics}:10249`,
    addresses: [health, metrics],
  };
}

async function ask(where: string, path: string) {
  const answer = await fetch(`http://${where}${path}`);
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

function loadedState() {
  const state = new ClusterState('node-0');
  return { state, book: new PlanBook(state), unusable: [], problems: [], context: () => context() };
}

function node(beingDeleted: boolean): NodeRecord {
  return { name: 'node-0', zone: '', addresses: [], podCIDRs: [], beingDeleted };
}

const nodeChange = (beingDeleted: boolean) =>
  ({ kind: 'Node', key: 'node-0', record: node(beingDeleted) }) as const;
const about = { scope: 'full', changed: 0, services: [], milliseconds: 1 } as const;

describe('before any object is known', () => {
  test.each(['/healthz', '/livez'])('%s is well', async (path) => {
    const { given, health } = options();
    await openServing(given);
    const { status, text } = await ask(health, path);
    expect({ status, body: JSON.parse(text) }).toMatchObject({
      status: 200,
      body: { healthy: true, status: { IPv4: { healthy: true }, IPv6: { healthy: true } } },
    });
  });

  test('everything else answers too', async () => {
    const { given, metrics } = options();
    await openServing(given);
    const paths = ['/metrics', '/healthz', '/proxyMode', '/configz', '/statusz', '/flagz'];
    const answers = await Promise.all(paths.map((path) => ask(metrics, path)));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  });
});

test('a family that this machine does not have is in no answer', async () => {
  const { given, health } = options();
  const serving = await openServing(given);
  serving.programs(['IPv4']);
  const { text } = await ask(health, '/livez');
  expect(Object.keys(JSON.parse(text).status)).toEqual(['IPv4']);
});

describe('the node', () => {
  test('that is being deleted makes /healthz answer 503, and not /livez', async () => {
    const { given, health } = options();
    const serving = await openServing(given);
    const loaded = loadedState();
    loaded.state.apply(nodeChange(false));
    serving.loaded(loaded);
    expect((await ask(health, '/healthz')).status).toBe(200);
    serving.changed([nodeChange(true)], []);
    const { status, text } = await ask(health, '/healthz');
    expect({ status, body: JSON.parse(text) }).toMatchObject({
      status: 503,
      body: { nodeEligible: false, healthy: true },
    });
    expect((await ask(health, '/livez')).status).toBe(200);
  });

  test('of another name changes nothing', async () => {
    const { given, health } = options();
    const serving = await openServing(given);
    const loaded = loadedState();
    loaded.state.apply(nodeChange(false));
    serving.loaded(loaded);
    serving.changed([{ ...nodeChange(true), key: 'node-1' }], []);
    expect((await ask(health, '/healthz')).status).toBe(200);
  });
});

test('a change that waits for twice the sync period makes both pages answer 503, until it is in force', async () => {
  const { given, health } = options('iptables: {syncPeriod: 1ns}', { needsNode: false });
  const serving = await openServing(given);
  const statuses = async () => [(await ask(health, '/healthz')).status, (await ask(health, '/livez')).status];
  serving.loaded(loadedState());
  serving.queued();
  const queued = Date.now();
  await vi.waitUntil(() => Date.now() > queued, { interval: 1 });
  expect(await statuses()).toEqual([503, 503]);
  for (const family of families) serving.hear({ family, kind: 'taken', changes: [] });
  serving.hear({ family: 'IPv4', kind: 'up to date' });
  const failed = { ...about, family: 'IPv6', result: 'failed', error: new Error('no') } as const;
  serving.hear({ family: 'IPv6', kind: 'synced', outcome: failed });
  expect(await statuses()).toEqual([503, 503]);
  const { status } = JSON.parse((await ask(health, '/livez')).text);
  expect(status).toMatchObject({
    IPv4: { healthy: true },
    IPv6: { healthy: false, behind: { error: 'no' } },
  });
  serving.hear({ family: 'IPv6', kind: 'up to date' });
  expect(await statuses()).toEqual([200, 200]);
  const text = await given.metrics.text();
  for (const page of ['healthz', 'livez']) {
    const asked = page === 'livez' ? 3 : 2;
    expect(sample(text, `kubeproxy_proxy_${page}_total{code="503"}`)).toBe(asked);
    expect(sample(text, `kubeproxy_proxy_${page}_total{code="200"}`)).toBe(1);
  }
});

describe('the metrics server', () => {
  test.each([
    ['/proxyMode', 'text/plain; charset=utf-8', /^iptables$/],
    ['/healthz', 'text/plain; charset=utf-8', /^ok$/],
    ['/configz', 'application/json', /^\{"kubeproxy\.config\.k8s\.io":\{"kind":"KubeProxyConfiguration",/],
    ['/flagz', 'text/plain; charset=utf-8', /\nproxy-mode: iptables\n(.*\n)*source: objects\n/],
    [
      '/statusz',
      'text/plain; charset=utf-8',
      /\nPaths: {2}\/configz \/flagz \/healthz \/metrics \/proxyMode\n$/,
    ],
    ['/metrics', 'text/plain; version=0.0.4; charset=utf-8', /\nportolan_build_info\{/],
  ])('answers %s', async (path, type, text) => {
    const { given, metrics } = options();
    await openServing(given);
    expect(await ask(metrics, path)).toEqual({ status: 200, type, text: expect.stringMatching(text) });
  });

  test.each(['/debug/pprof', '/debug/pprof/', '/debug/pprof/heap'])(
    'says that there is no %s',
    async (path) => {
      const { given, metrics } = options();
      await openServing(given);
      expect(await ask(metrics, path)).toMatchObject({
        status: 404,
        text: expect.stringContaining('no Go program'),
      });
    },
  );

  test('joins further metrics, once objects are loaded', async () => {
    const { given, metrics } = options('', { moreMetrics: () => [{ text: async () => 'more 1\n' }] });
    const serving = await openServing(given);
    expect((await ask(metrics, '/metrics')).text).not.toContain('more 1');
    serving.loaded(loadedState());
    expect((await ask(metrics, '/metrics')).text).toContain('more 1');
  });
});

describe('a port that somebody else has', () => {
  async function occupy(address: string | undefined, port: number) {
    const foreign = await listen({ address: address as Address, port, answer: () => undefined });
    onTestFinished(() => foreign.close());
  }

  test('is logged, and the other server serves', async () => {
    const { given, logged, metrics, health, addresses } = options();
    await occupy(addresses[0], 10_256);
    await openServing(given);
    expect(logged).toEqual([
      expect.stringMatching(`^healthzBindAddress: cannot listen on ${health}: .*EADDRINUSE`),
    ]);
    expect((await ask(metrics, '/healthz')).status).toBe(200);
  });

  test.each([
    ['health', 0, 10_256],
    ['metrics', 1, 10_249],
  ] as const)('is fatal with bindAddressHardFail: %s', async (what, index, port) => {
    const failures: string[] = [];
    const { given, addresses } = options('bindAddressHardFail: true', {
      failures: {
        cannotServe: (server, { message }) => failures.push(`${server}: ${message}`),
        cannotServeHealthCheck: () => undefined,
      },
    });
    await occupy(addresses[index], port);
    await expect(openServing(given)).rejects.toThrow(/cannot listen on .*EADDRINUSE/);
    expect(failures).toEqual([expect.stringMatching(`^${what}: listen EADDRINUSE`)]);
  });
});

test('a server without an address is none', async () => {
  const { given, health, metrics } = options();
  await openServing({ ...given, config: { ...given.config, healthzBindAddress: undefined } });
  await expect(ask(health, '/healthz')).rejects.toThrow();
  expect((await ask(metrics, '/healthz')).status).toBe(200);
});

test('all servers end with the signal', async () => {
  const { given, ending, health, metrics } = options();
  await openServing(given);
  ending.abort();
  await expect(ask(health, '/healthz')).rejects.toThrow();
  await expect(ask(metrics, '/healthz')).rejects.toThrow();
});
