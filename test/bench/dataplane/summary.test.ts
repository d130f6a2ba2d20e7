import { describe, expect, test } from 'vitest';
import type { Case, Sample } from '../../../bench/dataplane/cases.ts';
import type { ProxyRules } from '../../../bench/dataplane/options.ts';
import { dataplaneReport } from '../../../bench/dataplane/report.ts';
import { summarize } from '../../../bench/dataplane/summary.ts';

const portolan: ProxyRules = { proxy: 'Portolan', mode: 'nftables' };
const kubeProxy: ProxyRules = { ...portolan, proxy: 'kube-proxy' };
const bare: Case = { rules: 'none', services: 0, target: 'pod' };
const pod: Case = { rules: portolan, services: 10, target: 'pod' };
const service: Case = { rules: portolan, services: 10, target: 'last' };

function sample(about: Case, round: number, connections: number, p50 = 10, trouble = 0): Sample {
  return { ...about, round, figures: { connections, connect: { p50, p99: p50 * 2 }, trouble } };
}

describe('the summary of a case', () => {
  test('has the median of the rounds, and the lowest and highest number of connections', () => {
    const samples = [100, 300, 110].map((connections, round) =>
      sample(bare, round, connections, connections),
    );
    expect(summarize(samples)).toMatchObject([
      { ...bare, connections: { median: 110, lowest: 100, highest: 300 }, connect: { p50: 110, p99: 220 } },
    ]);
  });

  test('has the mean of the two in the middle where the rounds are even', () => {
    const samples = [100, 400, 120, 80].map((connections, round) => sample(bare, round, connections));
    expect(summarize(samples)[0]?.connections.median).toBe(110);
  });

  test('compares within a round: a busy machine does not count where it was busy for both', () => {
    const rounds = [
      { podRate: 100, serviceRate: 90 },
      { podRate: 50, serviceRate: 45 },
      { podRate: 100, serviceRate: 40 },
    ];
    const samples = rounds.flatMap(({ podRate, serviceRate }, round) => [
      sample(bare, round, 200),
      sample(pod, round, podRate, 10),
      sample(service, round, serviceRate, 11),
    ]);
    const summary = summarize(samples).find(({ target }) => target === 'last');
    expect(summary?.connections).toMatchObject({ toPod: 0.9, toBare: 0.225 });
    expect(summary?.connect.toPod).toBeCloseTo(1.1);
  });

  test('adds up what went wrong', () => {
    expect(summarize([sample(bare, 1, 100, 10, 2), sample(bare, 2, 100, 10, 3)])).toMatchObject([
      { trouble: 5 },
    ]);
  });

  test("compares with kube-proxy's rules of the same mode and size within a round", () => {
    const rounds = [
      { ours: 90, theirs: 100 },
      { ours: 60, theirs: 50 },
      { ours: 110, theirs: 100 },
    ];
    const samples = rounds.flatMap(({ ours, theirs }, round) => [
      sample(bare, round, 200),
      sample(pod, round, ours, 10),
      sample({ ...pod, rules: kubeProxy }, round, theirs, 20),
    ]);
    const [, summary, peer] = summarize(samples);
    expect(summary?.toKubeProxy).toEqual({
      connections: { median: 1.1, lowest: 0.9, highest: 1.2 },
      p50: { median: 0.5, lowest: 0.5, highest: 0.5 },
    });
    expect(peer?.toKubeProxy).toBeUndefined();
  });

  test('cannot be made where a round lacks what others are divided by', () => {
    expect(() => summarize([sample(bare, 1, 100), sample(service, 1, 100)])).toThrow(
      'not measured: Portolan, nftables, 10 Services, pod, round 1',
    );
  });
});

describe('the report', () => {
  const larger = { ...service, services: 10_000 };
  const samples = [
    sample(larger, 1, 14_400, 12.6),
    sample({ ...larger, target: 'pod' }, 1, 16_000),
    sample({ rules: { ...kubeProxy, mode: 'iptables-nft' }, services: 10, target: 'pod' }, 1, 15_000),
    sample(
      { rules: { ...portolan, mode: 'iptables-nft' }, services: 10, target: 'middle' },
      1,
      12_000,
      20,
      3,
    ),
    sample({ rules: { ...portolan, mode: 'iptables-nft' }, services: 10, target: 'pod' }, 1, 15_000),
    sample(service, 1, 15_000, 12),
    sample(pod, 1, 16_000, 10),
    sample(bare, 1, 20_000, 8),
  ];
  const report = dataplaneReport(summarize(samples));

  test('has its rows by size, rules and destination, whatever the order of the samples', () => {
    const rows = report.split('\n').filter((line) => line.startsWith('| '));
    expect(rows.slice(2).map((row) => row.split(' | ').slice(0, 3).join(' | '))).toEqual([
      "| – | none | the pod's own address",
      "| 10 | Portolan, iptables-nft | the pod's own address",
      '| 10 | Portolan, iptables-nft | ClusterIP, middle of the chain',
      "| 10 | kube-proxy, iptables-nft | the pod's own address",
      "| 10 | Portolan, nftables | the pod's own address",
      '| 10 | Portolan, nftables | ClusterIP',
      "| 10,000 | Portolan, nftables | the pod's own address",
      '| 10,000 | Portolan, nftables | ClusterIP',
    ]);
    expect(rows).toContain(
      '| 10 | Portolan, nftables | ClusterIP | 15,000 (15,000 to 15,000) | 0.94 | 0.75 | 12.0 µs | 24.0 µs | 1.20 |',
    );
  });

  test('says how near nftables is to the pod, and how flat', () => {
    expect(report).toContain('at worst 90 % of the connections/s and 126 % of the connect p50');
    expect(report).toContain(
      '10,000 services: 96 % of the connections/s and 105 % of the connect p50 of 10.',
    );
  });

  test('says which figures had trouble', () => {
    expect(report).toContain(
      'Portolan, iptables-nft, 10 services, ClusterIP, middle of the chain: 3 connections failed',
    );
  });

  test('says nothing of nftables where it was not measured', () => {
    expect(dataplaneReport(summarize([sample(bare, 1, 100)]))).not.toContain('nftables');
  });

  describe('on kube-proxy beside Portolan', () => {
    const pairOf = (about: Case, ours: readonly [number, number], theirs: readonly [number, number]) => [
      sample({ ...about, rules: portolan }, 1, ...ours),
      sample({ ...about, rules: kubeProxy }, 1, ...theirs),
    ];
    const lineOf = (samples: readonly Sample[]) =>
      dataplaneReport(summarize([sample(bare, 1, 20_000), ...samples]))
        .split('\n')
        .find((line) => line.includes('Portolan has'));

    test.each([
      ['not behind where both are the same within a percent', 9_996, 10.04, 'not behind'],
      ['behind in connections/s', 9_900, 10, 'behind in connections/s'],
      ['behind in connect p50', 10_000, 10.1, 'behind in connect p50'],
      ['behind in both', 9_000, 11, 'behind in connections/s and connect p50'],
    ])('says that Portolan is %s', (_name, connections, p50, verdict) => {
      const pods = pairOf(pod, [10_000, 10], [10_000, 10]);
      const line = lineOf([...pods, ...pairOf(service, [connections, p50], [10_000, 10])]);
      expect(line).toMatch(/^nftables, 10 services: Portolan has /);
      expect(line).toMatch(new RegExp(`to a ClusterIP: ${verdict}\\.$`));
    });

    test('has one sentence for both places of the chain', () => {
      const iptables = [pod, { ...pod, target: 'middle' as const }, service].flatMap((about) =>
        pairOf(about, [12_000, 9], [10_000, 10]).map(({ rules, ...rest }) => ({
          ...rest,
          rules: rules === 'none' ? rules : { ...rules, mode: 'iptables-nft' as const },
        })),
      );
      const share = "120 % (120 to 120) of kube-proxy's connections/s and 90 % (90 to 90) of its connect p50";
      expect(lineOf(iptables)).toBe(
        [
          `iptables-nft, 10 services: Portolan has ${share} to the ClusterIP in the middle of the chain,`,
          `and ${share} to that at its end: not behind.`,
        ].join(' '),
      );
    });

    test('says nothing where kube-proxy was not measured', () => {
      expect(lineOf([sample(pod, 1, 10_000), sample(service, 1, 9_000)])).toBeUndefined();
    });
  });
});
