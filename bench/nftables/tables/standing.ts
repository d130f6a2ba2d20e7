import { withGoal } from '../../goal.ts';
import { markdownTable } from '../../table.ts';
import type { NftablesFigures } from '../figures.ts';
import { formatSize, isSize } from '../options.ts';
import { lessStart } from './less-start.ts';

/** What is done where the tables stand and are right: a restart, and questions about them. */
export function standingTable(figures: readonly NftablesFigures[]): string {
  const header = [
    'services × endpoints',
    'restart',
    'less start, to floor',
    'written by it',
    'status of one Service',
    'status of all',
  ];
  const rows = figures.map(({ size, yardsticks, standing }) => {
    const { floor, start } = yardsticks;
    const goal = (floors: number) => (isSize(size, 10_000, 10) ? floors * floor.seconds + start : undefined);
    return [
      formatSize(size),
      withGoal(standing.restart, goal(1.5), 's', 2),
      lessStart(standing.restart, yardsticks),
      standing.isUntouched ? 'nothing (met)' : 'something (missed)',
      withGoal(standing.statusOfOne, goal(0.4), 's', 2),
      withGoal(standing.statusOfAll, goal(2), 's', 2),
    ];
  });
  return markdownTable(header, rows);
}
