import { describe, expect, test } from 'vitest';
import type { Case, Sample } from '../../../bench/dataplane/cases.ts';
import { dataplaneReport } from '../../../bench/dataplane/report.ts';
import { summarize } from '../../../bench/dataplane/summary.ts';

const bare: Case = { rules: 'none', services: 0, target: 'pod' };
const pod: Case = { rules: 'nftables', services: 10, target: 'pod' };
const service: Case = { rules: 'nftables', services: 10, target: 'last' };

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

  test('cannot be made where a round lacks what others are divided by', () => {
    expect(() => summarize([sample(bare, 1, 100), sample(service, 1, 100)])).toThrow(
      'not measured: nftables, 10 Services, pod, round 1',
    );
  });
});

describe('the report', () => {
  const larger = { ...service, services: 10_000 };
  const samples = [
    sample(larger, 1, 14_400, 12.6),
    sample({ ...larger, target: 'pod' }, 1, 16_000),
    sample({ rules: 'iptables-nft', services: 10, target: 'middle' }, 1, 12_000, 20, 3),
    sample({ rules: 'iptables-nft', services: 10, target: 'pod' }, 1, 15_000),
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
      'iptables-nft, 10 services, ClusterIP, middle of the chain: 3 connections failed',
    );
  });

  test('says nothing of nftables where it was not measured', () => {
    expect(dataplaneReport(summarize([sample(bare, 1, 100)]))).not.toContain('nftables');
  });
});
