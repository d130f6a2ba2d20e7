import { describe, expect, test } from 'vitest';
import type { NftablesFigures } from '../../../bench/nftables/figures.ts';
import { nftablesReport } from '../../../bench/nftables/report.ts';
import type { ClusterSize } from '../../../bench/objects.ts';
import type { SustainedFigures } from '../../../bench/sustained/changes.ts';
import { memoryVerdict, sustainedReport } from '../../../bench/sustained/report.ts';

describe('the report of the nftables benchmark', () => {
  const [small, middle, large] = [
    { services: 1_000, endpoints: 10 },
    { services: 10_000, endpoints: 10 },
    { services: 45_000, endpoints: 1 },
  ] as const;

  test('measures the first sync by the floor and the start of the command', () => {
    const report = nftablesReport([figures(middle)]);
    expect(report).toContain(
      '| 0.70 s (≤ 0.60: missed) | 0.70 | 1.30 s (≤ 1.50: met) | 0.80 | 2.00 s | 141 MB (≤ 140: missed) |',
    );
    expect(nftablesReport([figures(large)])).toContain(
      '| 0.70 s (≤ 0.80: met) | 0.70 | 1.30 s (≤ 2.50: met) |',
    );
  });

  test('measures a replaced endpoint by the codec', () => {
    const report = nftablesReport([figures(middle)]);
    expect(report).toContain('| 0.200 ms (≤ 0.150: missed) | 4.00 | 2.00 | 1.20 ms (≤ 1.00: missed) |');
  });

  test('compares what was removed at 45,000 Services with that at 1,000, where both were measured', () => {
    expect(nftablesReport([figures(small), figures(large)])).toContain('| 2.00 ms (≤ 4.00: met) | 4.00 ms |');
    expect(nftablesReport([figures(large)])).toContain('| 2.00 ms | 4.00 ms | 2.00 ms | 4.00 ms |');
  });

  test('compares changes with those beside chains of another program', () => {
    const report = nftablesReport([figures(middle)]);
    expect(report).toContain('beside 5,000 chains');
    expect(report).toContain('| 0.300 ms (≤ 0.220: missed) | 1.50 | 2.000 ms (≤ 2.200: met) | 1.00 |');
  });

  test('says whether a restart writes something', () => {
    const standing = { ...figures(middle).standing, isUntouched: false };
    expect(nftablesReport([figures(middle)])).toContain('| 1.50 s (≤ 2.00: met) | 1.00 | nothing (met) |');
    expect(nftablesReport([{ ...figures(middle), standing }])).toContain('| something (missed) |');
  });

  test('says what traffic metrics take more', () => {
    const report = nftablesReport([figures(small)]);
    expect(report).toContain(
      '| 0.01 s | 0.90 s (≤ 1.00: met) | 0.90 | 100 MB | 145 MB | 45 MB (≤ 40: missed) |',
    );
  });

  test('has another revision beside, where one was measured', () => {
    const { run } = figures(middle);
    const revision = {
      name: 'v0.1.0',
      run: { ...run, firstSync: 2.6 },
      replaced: { p50: 1, p99: 2, max: 3 },
    };
    const report = nftablesReport([{ ...figures(middle), revision }]);
    expect(report).toContain('| to v0.1.0 | 0.50 | 1.00 | 1.00 | 1.00 | 0.20 (≤ 0.40: met) | 0.60 |');
    expect(
      nftablesReport([{ ...figures(middle), revision: { ...revision, replaced: undefined } }]),
    ).toContain('| to v0.1.0 | 0.50 | 1.00 | 1.00 | 1.00 | – | – |');
    expect(nftablesReport([figures(middle)])).not.toContain('revision');
  });
});

describe('the report of the sustained benchmark', () => {
  const options = { size: { services: 10, endpoints: 2 }, seconds: 120, rate: 20 };

  test('says whether the goals are met', () => {
    const report = sustainedReport(options, sustained({ memory: [100, 130, 131, 132] }));
    expect(report).toContain('| 25.0 ms (≤ 20.0: missed) |');
    expect(report).toContain('| 100, 130, 131, 132 MB (flat) | equals the plans |');
  });

  test('shows what would make the table right', () => {
    const report = sustainedReport(options, sustained({ difference: 'delete element ip portolan …\n' }));
    expect(report).toContain('| differs from the plans |');
    expect(report).toContain('delete element ip portolan …');
  });

  test.each([
    { memory: [100, 150, 156, 150], verdict: 'flat' },
    { memory: [100, 150, 152, 160], verdict: 'grows' },
    { memory: [100, 150], verdict: undefined },
  ])('calls memory of $memory MB $verdict', ({ memory, verdict }) => {
    expect(memoryVerdict(memory)).toBe(verdict);
  });
});

function figures(size: ClusterSize): NftablesFigures {
  const some = { p50: 2, p99: 4, max: 9 };
  const changes = { removed: some, added: some, serviceAdded: some, thousand: 100 };
  return {
    size,
    yardsticks: {
      floor: { seconds: 1, peakMemory: 230 },
      start: 0.5,
      codec: { inLoop: 0.05, apart: 0.1 },
      codecBesideStrangers: { inLoop: 0.1, apart: 0.15 },
    },
    kernelPart: 0.7,
    run: { firstSync: 1.3, cpu: 2, peakMemory: 141, fileChange: 12 },
    changes: { ...changes, replaced: { p50: 0.2, p99: 1.2, max: 9 } },
    changesBesideStrangers: { ...changes, replaced: { p50: 0.3, p99: 1.2, max: 9 } },
    standing: { restart: 1.5, isUntouched: true, statusOfOne: 0.6, statusOfAll: 2 },
    scrape: { seconds: 0.01, peakMemory: 100 },
    trafficScrape: { seconds: 0.9, peakMemory: 145 },
    revision: undefined,
  };
}

function sustained(given: Partial<SustainedFigures>): SustainedFigures {
  return {
    changes: 2_400,
    transactions: 2_000,
    lag: { p50: 1, p99: 25, max: 40 },
    memory: [100, 100],
    difference: '',
    ...given,
  };
}
