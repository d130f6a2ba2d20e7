import { describe, expect, test } from 'vitest';
import { type NftablesFigures, nftablesReport } from '../../../bench/nftables/report.ts';
import type { ClusterSize } from '../../../bench/objects.ts';
import type { SustainedFigures } from '../../../bench/sustained/changes.ts';
import { memoryVerdict, sustainedReport } from '../../../bench/sustained/report.ts';

describe('the report of the nftables benchmark', () => {
  test('says at each figure whether it meets its goal', () => {
    const report = nftablesReport([figures({ services: 10_000, endpoints: 10 })]);
    expect(report).toContain('| 1.40 s (≤ 1.30: missed) | 1.40 | 2.40 s (≤ 2.50: met) |');
    expect(report).toContain('| 199 MB (≤ 200: met) |');
    expect(report).toContain('| 0.80 ms (≤ 1.00: met) | 6.0 ms (≤ 5.0: missed) |');
  });

  test('compares a change at 45,000 Services with one at 1,000, where both were measured', () => {
    const [small, large] = [
      { services: 1_000, endpoints: 10 },
      { services: 45_000, endpoints: 1 },
    ] as const;
    expect(nftablesReport([figures(small), figures(large)])).toContain('0.80 ms (≤ 1.60: met)');
    expect(nftablesReport([figures(large)])).toContain('| 0.80 ms |');
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
  const replaced = { p50: 0.8, p99: 6, max: 9 };
  return {
    size,
    floor: { seconds: 1, peakMemory: 230 },
    kernelPart: 1.4,
    product: { firstSync: 2.4, cpu: 2, peakMemory: 199, fileChange: 12 },
    changes: { replaced, removed: some, added: some, serviceAdded: some, thousand: 100 },
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
