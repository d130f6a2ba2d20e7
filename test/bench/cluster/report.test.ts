import { describe, expect, test } from 'vitest';
import type { ClusterFigures, Measured } from '../../../bench/cluster/measure.ts';
import { clusterReport } from '../../../bench/cluster/report.ts';

describe('the report of the cluster benchmark', () => {
  test('says whether the start meets its goals', () => {
    expect(clusterReport([figures({}, { programmed: 5.01, peakMemory: 200 })])).toContain(
      '| 1.20 s | 5.01 s (≤ 5.00: missed) | 3.00 s | 190 MB | 200 MB (≤ 200: met) | 0.5, 1.0 |',
    );
  });

  test('measures changes against goals beside the server’s own answer', () => {
    const report = clusterReport([figures({})]);
    expect(report).toContain(
      '| 15.9 ms (≤ 16.0: met) | 40.1 ms (≤ 40.0: missed) | 50.0 ms | 6.0 ms | 10.0 ms | 9.9 ms | 30.1 ms |',
    );
  });

  test('has no goals for kube-proxy, for mode iptables and for larger clusters', () => {
    const size = { services: 10_001, endpoints: 10 };
    const others = [{ proxy: 'kube-proxy' }, { mode: 'iptables' }, { size }] as const;
    expect(clusterReport(others.map((other) => figures(other)))).not.toContain('≤');
  });

  test('says why nothing was measured', () => {
    const report = clusterReport([
      figures({ proxy: 'kube-proxy', mode: 'iptables', result: { failure: 'not after 180 s' } }),
    ]);
    expect(report).toContain('| kube-proxy, iptables | – | not after 180 s | – | – | – | 0.5, 1.0 |');
  });

  test('leaves out when objects were listed where the log does not say', () => {
    expect(clusterReport([figures({ proxy: 'kube-proxy' }, { listed: undefined })])).toContain(
      '| 10,000 × 10 | kube-proxy, nftables | – | 3.00 s |',
    );
  });
});

function figures(more: Partial<ClusterFigures>, measured: Partial<Measured> = {}): ClusterFigures {
  return {
    size: { services: 10_000, endpoints: 10 },
    proxy: 'Portolan',
    mode: 'nftables',
    loads: [0.5, 1],
    result: {
      listed: 1.2,
      programmed: 3,
      cpu: 3,
      startMemory: 190,
      peakMemory: 195,
      changes: {
        programmed: { p50: 15.9, p99: 40.1, max: 50 },
        answered: { p50: 6, p99: 10, max: 20 },
        difference: { p50: 9.9, p99: 30.1, max: 40 },
      },
      ...measured,
    },
    ...more,
  };
}
