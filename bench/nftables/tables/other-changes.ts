import { withGoal } from '../../goal.ts';
import { markdownTable } from '../../table.ts';
import type { NftablesFigures } from '../figures.ts';
import { formatSize, isSize } from '../options.ts';

/** The changes after which the kernel checks chains: endpoints removed and added, Services added. */
export function otherChangesTable(figures: readonly NftablesFigures[]): string {
  const header = [
    'services × endpoints',
    'endpoint removed, p50',
    'p99',
    'added, p50',
    'p99',
    'Service added, p50',
  ];
  const rows = figures.map((row) => [
    formatSize(row.size),
    ...(['removed', 'added'] as const).flatMap((change) => [
      withGoal(row.changes[change].p50, goal(row, change, figures), 'ms', 2),
      `${row.changes[change].p99.toFixed(2)} ms`,
    ]),
    `${row.changes.serviceAdded.p50.toFixed(2)} ms`,
  ]);
  return markdownTable(header, rows);
}

/** Milliseconds: at 45,000 Services twice the time at 1,000, where that was measured too. */
function goal(
  { size }: NftablesFigures,
  change: 'removed' | 'added',
  all: readonly NftablesFigures[],
): number | undefined {
  const small = all.find((other) => isSize(other.size, 1_000, 10));
  return isSize(size, 45_000, 1) && small !== undefined ? 2 * small.changes[change].p50 : undefined;
}
