import { withGoal } from '../goal.ts';
import type { ClusterSize } from '../objects.ts';
import { markdownTable } from '../table.ts';
import type { ChangeFigures } from './changes.ts';
import type { Floor } from './floor.ts';
import { formatSize } from './options.ts';
import type { Quantiles } from './quantiles.ts';

/** All that is measured at one size. */
export interface NftablesFigures {
  readonly size: ClusterSize;
  readonly floor: Floor;
  /** Seconds. */
  readonly kernelPart: number;
  readonly product: {
    /** Seconds from the start of the process. */
    readonly firstSync: number;
    readonly cpu: number;
    readonly peakMemory: number;
    /** Milliseconds. */
    readonly fileChange: number;
  };
  readonly changes: ChangeFigures;
}

/** Two tables: the first sync, and changes after it. Each goal stands beside its figure. */
export function nftablesReport(figures: readonly NftablesFigures[]): string {
  const firstSync = markdownTable(firstSyncHeader, figures.map(firstSyncCells));
  const changes = markdownTable(
    changesHeader,
    figures.map((row) => changesCells(row, figures)),
  );
  return `${firstSync}\n${changes}`;
}

const firstSyncHeader = [
  'services × endpoints',
  'floor',
  "floor's memory",
  'kernel part',
  'to floor',
  'whole process',
  'CPU',
  'peak memory',
];

function firstSyncCells({ size, floor, kernelPart, product }: NftablesFigures): readonly string[] {
  return [
    formatSize(size),
    `${floor.seconds.toFixed(2)} s`,
    `${floor.peakMemory.toFixed(0)} MB`,
    withGoal(kernelPart, 1.3 * floor.seconds, 's', 2),
    (kernelPart / floor.seconds).toFixed(2),
    withGoal(product.firstSync, 2 * floor.seconds + 0.5, 's', 2),
    `${product.cpu.toFixed(2)} s`,
    withGoal(product.peakMemory, isSize(size, 10_000, 10) ? 200 : undefined, 'MB', 0),
  ];
}

const changesHeader = [
  'services × endpoints',
  'endpoint replaced, p50',
  'p99',
  'removed, p50',
  'p99',
  'added, p50',
  'p99',
  'Service added, p50',
  '1,000 endpoints at once',
  'endpoint by a file, p50',
];

function changesCells(row: NftablesFigures, all: readonly NftablesFigures[]): readonly string[] {
  const { size, changes, product } = row;
  return [
    formatSize(size),
    withGoal(changes.replaced.p50, replacedGoal(size, all), 'ms', 2),
    withGoal(changes.replaced.p99, isSize(size, 10_000, 10) ? 5 : undefined, 'ms', 1),
    ...quantileCells(changes.removed),
    ...quantileCells(changes.added),
    `${changes.serviceAdded.p50.toFixed(2)} ms`,
    `${changes.thousand.toFixed(0)} ms`,
    `${product.fileChange.toFixed(0)} ms`,
  ];
}

function quantileCells({ p50, p99 }: Quantiles): readonly string[] {
  return [`${p50.toFixed(2)} ms`, `${p99.toFixed(1)} ms`];
}

/** At 45,000 Services at most twice the time at 1,000, where that was measured too. */
function replacedGoal(size: ClusterSize, all: readonly NftablesFigures[]): number | undefined {
  if (isSize(size, 10_000, 10)) return 1;
  if (!isSize(size, 45_000, 1)) return undefined;
  const small = all.find((other) => isSize(other.size, 1_000, 10));
  return small === undefined ? undefined : 2 * small.changes.replaced.p50;
}

function isSize(size: ClusterSize, services: number, endpoints: number): boolean {
  return size.services === services && size.endpoints === endpoints;
}
