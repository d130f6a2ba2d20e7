import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ProxyMode } from '../../../src/config/proxy-config.ts';
import { families } from '../../../src/net/family.ts';
import { ClusterState } from '../../../src/state/cluster-state.ts';
import { Metrics } from '../../../src/telemetry/metrics/metrics.ts';
import { sharedPath, sharedUnavailable } from '../../support/conformance/shared.ts';
import { readMetrics } from '../../support/telemetry/samples.ts';

interface ReferenceMetric {
  readonly type: string;
  readonly labels: readonly string[];
  readonly modes: readonly ProxyMode[];
  readonly buckets?: readonly string[];
}

const unavailable = sharedUnavailable();
if (unavailable !== undefined) test("kube-proxy's metrics", ({ skip }) => skip(unavailable));

/** All of them but those of the Go runtime, go_*, which mean nothing here. */
function reference(mode: ProxyMode): ReadonlyMap<string, ReferenceMetric> {
  const { metrics }: { metrics: Record<string, ReferenceMetric> } = JSON.parse(
    readFileSync(`${sharedPath}reference/metrics.json`, 'utf8'),
  );
  return new Map(Object.entries(metrics).filter(([, { modes }]) => modes.includes(mode)));
}

/** A scrape after one of everything. */
async function scrape(mode: ProxyMode): Promise<string> {
  const metrics = new Metrics({ mode, version: '1.2.3' });
  metrics.loaded(new ClusterState('node-0'));
  metrics.api.requestDone({ method: 'GET', host: 'api:6443', code: 200, seconds: 0.1 });
  metrics.api.following('Service', true);
  const about = { scope: 'full', changed: 0, services: [], milliseconds: 1, refused: [], kept: 0 } as const;
  for (const family of families) {
    metrics.hear({ family, kind: 'synced', outcome: { ...about, family, result: 'done' } });
    metrics.hear({ family, kind: 'up to date' });
  }
  metrics.probed('healthz', 200);
  metrics.probed('livez', 503);
  return metrics.text();
}

describe.skipIf(unavailable).each<ProxyMode>(['iptables', 'nftables'])('in mode %s', (mode) => {
  test('every metric of kube-proxy is there, with the same type, labels and buckets', async () => {
    const ours = readMetrics(await scrape(mode));
    for (const [name, { type, labels, buckets = [] }] of reference(mode)) {
      const metric = ours.get(name);
      expect(metric?.type, name).toBe(type);
      expect([...(metric?.labels ?? [])].sort(), name).toEqual([...labels].sort());
      // Ours may be finer.
      expect([...(metric?.buckets ?? [])], name).toEqual(expect.arrayContaining([...buckets]));
    }
  });

  test('no other metric carries its names', async () => {
    const theirs = reference(mode);
    const names = [...readMetrics(await scrape(mode)).keys()];
    const unknown = names.filter((name) => /^(kubeproxy|rest_client)_/.test(name) && !theirs.has(name));
    expect(unknown).toEqual([]);
  });

  test("all others are Portolan's, Node.js's and the process's own", async () => {
    const names = [...readMetrics(await scrape(mode)).keys()];
    expect(names.filter((name) => !/^(kubeproxy|rest_client|portolan|nodejs|process)_/.test(name))).toEqual(
      [],
    );
  });
});

test.skipIf(unavailable)('only one histogram has other buckets: finer ones', async () => {
  const ours = readMetrics(await scrape('nftables'));
  const finer = [...reference('nftables')].filter(
    ([name, { buckets }]) => buckets !== undefined && ours.get(name)?.buckets.size !== buckets.length,
  );
  expect(finer.map(([name]) => name)).toEqual(['kubeproxy_network_programming_duration_seconds']);
});
