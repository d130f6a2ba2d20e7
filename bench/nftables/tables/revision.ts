import { withGoal } from '../../goal.ts';
import { markdownTable } from '../../table.ts';
import type { NftablesFigures, RevisionFigures } from '../figures.ts';
import { formatSize } from '../options.ts';

/** This checkout beside another revision, and the ratios; nothing where none was measured. */
export function revisionTable(figures: readonly NftablesFigures[]): readonly string[] {
  const header = [
    'services × endpoints',
    'revision',
    'whole process',
    'CPU',
    'peak memory',
    'endpoint by a file, p50',
    'endpoint replaced, p50',
    'p99',
  ];
  const rows = figures.flatMap(({ size, run, changes, revision }) => {
    if (revision === undefined) return [];
    const own = { name: 'this one', run, replaced: changes.replaced };
    return [own, revision]
      .map(figureCells)
      .concat([ratioCells(own, revision)])
      .map((cells) => [formatSize(size), ...cells]);
  });
  return rows.length === 0 ? [] : [markdownTable(header, rows)];
}

function figureCells({ name, run, replaced }: RevisionFigures): readonly string[] {
  return [
    name,
    `${run.firstSync.toFixed(2)} s`,
    `${run.cpu.toFixed(2)} s`,
    `${run.peakMemory.toFixed(0)} MB`,
    `${run.fileChange.toFixed(0)} ms`,
    replaced === undefined ? '–' : `${replaced.p50.toFixed(2)} ms`,
    replaced === undefined ? '–' : `${replaced.p99.toFixed(2)} ms`,
  ];
}

function ratioCells(own: RevisionFigures, other: RevisionFigures): readonly string[] {
  const ratio = (of: (figures: RevisionFigures) => number | undefined, goal?: number) => {
    const [dividend, divisor] = [of(own), of(other)];
    if (dividend === undefined || divisor === undefined) return '–';
    return withGoal(dividend / divisor, goal, '', 2);
  };
  return [
    `to ${other.name}`,
    ratio(({ run }) => run.firstSync),
    ratio(({ run }) => run.cpu),
    ratio(({ run }) => run.peakMemory),
    ratio(({ run }) => run.fileChange),
    ratio(({ replaced }) => replaced?.p50, 0.4),
    ratio(({ replaced }) => replaced?.p99),
  ];
}
