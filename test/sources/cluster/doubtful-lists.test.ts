import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { clusterSource } from '../../../src/sources/cluster/cluster-source.ts';
import { logApi } from '../../../src/telemetry/logs/log-api.ts';
import { ApiServer } from '../../support/apiserver/api-server.ts';
import { serviceObject } from '../../support/apiserver/objects.ts';
import type { StreamingLists } from '../../support/apiserver/settings.ts';
import { ClusterWatcher } from '../../support/sources/cluster/watch-cluster.ts';
import { Collected } from '../../support/sources/collect.ts';
import { logLines } from '../../support/telemetry/log-lines.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  for (const watcher of watchers.splice(0)) await watcher.stop();
  vi.useRealTimers();
});

const watchers: ClusterWatcher[] = [];

const nobody = { requestDone() {}, following() {} };

/** A server with so many Services, all known to a watcher. */
async function watched(services: number, streamingLists: StreamingLists = 'supported') {
  const server = new ApiServer({ streamingLists });
  for (let index = 0; index < services; index += 1) server.put(serviceObject(`web-${index}`));
  const { logger, lines } = logLines('info');
  const watcher = new ClusterWatcher(server, { events: logApi(logger, nobody) });
  watchers.push(watcher);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(watcher.state.services.size).toBe(services);
  watcher.listed.length = 0;
  const warnings = () => lines.filter(({ level, kind }) => level === 'warn' && kind === 'Service');
  return { server, watcher, warnings };
}

/** While the server is down all Services go but so many, and it forgets how. */
async function restored(server: ApiServer, left: number): Promise<void> {
  server.goDown();
  const keys = server.objects('Service').map(({ metadata }) => `default/${metadata.name}`);
  for (const key of keys.slice(left)) server.remove('Service', key);
  server.skipTo(Number(server.resourceVersion) + 10);
  server.compact();
  await vi.advanceTimersByTimeAsync(100);
  server.resetCounts();
  server.comeUp();
}

describe('after a gap, a list of Services', () => {
  test.each([
    ['that lacks all', 40, 0, 2],
    ['that lacks the only one', 1, 0, 2],
    ['that lacks more than half of many', 40, 19, 2],
    ['that lacks half of many', 40, 20, 1],
    ['that lacks most of a few', 9, 1, 1],
    ['that lacks most of a few more', 12, 2, 2],
    ['that lacks nothing', 40, 40, 1],
  ])('%s: %i are %i now, is asked for so often: %i', async (_case, before, left, lists) => {
    for (const streamingLists of ['supported', 'refused-by-status'] as const) {
      const { server, watcher } = await watched(before, streamingLists);
      await restored(server, left);
      await vi.advanceTimersByTimeAsync(60_000);
      const verb = streamingLists === 'supported' ? 'streaming-list' : 'list';
      const asked = server.requests.filter(
        (request) => request.kind === 'Service' && request.verb === verb && request.namespace === undefined,
      );
      expect(asked).toHaveLength(lists);
      expect(watcher.lists('Service')).toHaveLength(1);
      expect(watcher.state.services.size).toBe(left);
      const [first, second] = asked.map(({ at }) => at);
      if (second !== undefined) expect(second - (first ?? 0)).toBeGreaterThanOrEqual(1_000);
    }
  });
});

test('what such a list would take away stays until the second one says the same', async () => {
  const { server, watcher, warnings } = await watched(40);
  server.fail({ is: 'other', text: emptyStream }, { kind: 'Service', verb: 'streaming-list' });
  await restored(server, 40);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(watcher.state.services.size).toBe(40);
  expect(watcher.collected.history.filter((change) => change.startsWith('-'))).toEqual([]);
  expect(warnings()).toMatchObject([
    { error: 'the connection broke' },
    { error: '40 of the 40 Services that are known are not there any more' },
  ]);
});

test('a failure between the two changes nothing', async () => {
  const { server, watcher } = await watched(40);
  await restored(server, 3);
  await vi.advanceTimersByTimeAsync(3_000);
  server.fail({ is: 'half', after: 1 }, { kind: 'Service', verb: 'streaming-list', times: 3 });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(watcher.lists('Service')).toHaveLength(1);
  expect(watcher.state.services.size).toBe(3);
});

test('both lists are told, with their numbers', async () => {
  const { server, warnings } = await watched(40);
  await restored(server, 3);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(warnings()).toMatchObject([
    { error: 'the connection broke' },
    {
      msg: 'a list would take much away; it is asked for once more before it counts',
      error: '37 of the 40 Services that are known are not there any more',
    },
    { msg: 'asked once more, the API server says the same; that counts', objects: 3, gone: 37 },
  ]);
});

describe('the first list without any Service', () => {
  test.each([
    ['is asked for once more', '', 2],
    ['counts at once for the Services of another proxy, of which there may be none', 'mesh', 1],
  ])('%s', async (_case, serviceProxyName, lists) => {
    const server = new ApiServer();
    const watcher = new ClusterWatcher(server, { serviceProxyName });
    watchers.push(watcher);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(watcher.isLoaded).toBe(true);
    expect(server.counts('Service').streamingLists).toBe(lists);
  });

  test('is no failure for who does not wait for the server', async () => {
    const server = new ApiServer();
    const source = clusterSource({
      transport: server.transport(),
      nodeName: 'node-0',
      serviceProxyName: '',
      needsPodCIDRs: false,
      patient: false,
      once: true,
      events: logApi(logLines('info').logger, nobody),
    });
    const { listener, keys } = new Collected();
    const loading = source.load(listener);
    await vi.advanceTimersByTimeAsync(10_000);
    await loading;
    expect(keys).toEqual([]);
  });
});

const emptyStream = `${JSON.stringify({
  type: 'BOOKMARK',
  object: {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { resourceVersion: '900', annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
})}\n`;
