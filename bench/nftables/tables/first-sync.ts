import { withGoal } from '../../goal.ts';
import type { ClusterSize } from '../../objects.ts';
import { markdownTable } from '../../table.ts';
import type { NftablesFigures, Yardsticks } from '../figures.ts';
import { formatSize, isSize } from '../options.ts';
import { lessStart } from './less-start.ts';

/** The first sync: the kernel part, and the whole process with what it takes of the machine. */
export function firstSyncTable(figures: readonly NftablesFigures[]): string {
  const header = [
    'services × endpoints',
    'kernel part',
    'to floor',
    'whole process',
    'less start, to floor',
    'CPU',
    'peak memory',
  ];
  const rows = figures.map(({ size, yardsticks, kernelPart, run }) => [
    formatSize(size),
    withGoal(kernelPart, kernelPartGoal(size, yardsticks), 's', 2),
    (kernelPart / yardsticks.floor.seconds).toFixed(2),
    withGoal(run.firstSync, wholeProcessGoal(size, yardsticks), 's', 2),
    lessStart(run.firstSync, yardsticks),
    `${run.cpu.toFixed(2)} s`,
    withGoal(run.peakMemory, memoryGoal(size), 'MB', 0),
  ]);
  return markdownTable(header, rows);
}

/** Seconds. */
function kernelPartGoal(size: ClusterSize, { floor }: Yardsticks): number | undefined {
  if (isSize(size, 10_000, 10) || isSize(size, 5_000, 50)) return 0.6 * floor.seconds;
  return isSize(size, 45_000, 1) ? 0.8 * floor.seconds : undefined;
}

/** Seconds. One endpoint a Service is little for the floor, and as much as others to read and plan. */
function wholeProcessGoal(size: ClusterSize, { floor, start }: Yardsticks): number {
  return (isSize(size, 45_000, 1) ? 2 : 1) * floor.seconds + start;
}

/** Megabytes. */
function memoryGoal(size: ClusterSize): number | undefined {
  if (isSize(size, 1_000, 10)) return 95;
  return isSize(size, 10_000, 10) ? 140 : undefined;
}
