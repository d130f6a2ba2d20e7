import { withGoal } from '../../goal.ts';
import { markdownTable } from '../../table.ts';
import { changePause } from '../change-pause.ts';
import type { NftablesFigures } from '../figures.ts';
import { formatSize } from '../options.ts';

/** An endpoint replaced, beside what the codec alone takes for it; by a file; and many at once. */
export function replacedTable(figures: readonly NftablesFigures[]): string {
  const header = [
    'services × endpoints',
    'endpoint replaced, p50',
    'to codec',
    `to codec, ${changePause} ms apart`,
    'p99',
    'by a file, p50',
    '1,000 endpoints at once',
  ];
  const rows = figures.map(({ size, yardsticks: { codec }, run, changes: { replaced, thousand } }) => [
    formatSize(size),
    withGoal(replaced.p50, 3 * codec.inLoop, 'ms', 3),
    (replaced.p50 / codec.inLoop).toFixed(2),
    (replaced.p50 / codec.apart).toFixed(2),
    withGoal(replaced.p99, 5 * replaced.p50, 'ms', 2),
    `${run.fileChange.toFixed(0)} ms`,
    `${thousand.toFixed(0)} ms`,
  ]);
  return markdownTable(header, rows);
}
