import { withGoal } from '../goal.ts';
import { formatSize } from '../nftables/options.ts';
import { markdownTable } from '../table.ts';
import type { ClusterFigures } from './measure.ts';

/** Two tables: the start, and changes after it. Portolan's goals stand beside its figures. */
export function clusterReport(figures: readonly ClusterFigures[]): string {
  const start = markdownTable(startHeader, figures.map(startCells));
  const changes = markdownTable(changesHeader, figures.map(changesCells));
  return `${start}\n${changes}`;
}

/** The goals of 10,000 × 10 hold for what is smaller too. Seconds, megabytes. */
const [programmedGoal, memoryGoal] = [5, 200];

/** Milliseconds, beside the API server's own answer to the PATCH. */
const changeGoals = { p50: 10, p99: 30 };

const startHeader = [
  'services × endpoints',
  'rules by',
  'objects listed',
  'programmed',
  'CPU',
  'memory then',
  'peak memory',
  'load before and after',
];

function startCells(row: ClusterFigures): readonly string[] {
  const { result, loads } = row;
  const goals = hasGoals(row);
  const load = loads.map((one) => one.toFixed(1)).join(', ');
  if ('failure' in result) return [...subjectCells(row), '–', result.failure, '–', '–', '–', load];
  const { listed, programmed, cpu, startMemory, peakMemory } = result;
  return [
    ...subjectCells(row),
    listed === undefined ? '–' : `${listed.toFixed(2)} s`,
    withGoal(programmed, goals ? programmedGoal : undefined, 's', 2),
    `${cpu.toFixed(2)} s`,
    `${startMemory.toFixed(0)} MB`,
    withGoal(peakMemory, goals ? memoryGoal : undefined, 'MB', 0),
    load,
  ];
}

const changesHeader = [
  'services × endpoints',
  'rules by',
  'PATCH to kernel, p50',
  'p99',
  'max',
  "server's answer, p50",
  'p99',
  'answer to kernel, p50',
  'p99',
];

function changesCells(row: ClusterFigures): readonly string[] {
  if ('failure' in row.result) return [...subjectCells(row), ...Array<string>(7).fill('–')];
  const { programmed, answered, difference } = row.result.changes;
  const goal = (quantile: 'p50' | 'p99') =>
    hasGoals(row) ? changeGoals[quantile] + answered[quantile] : undefined;
  return [
    ...subjectCells(row),
    withGoal(programmed.p50, goal('p50'), 'ms', 1),
    withGoal(programmed.p99, goal('p99'), 'ms', 1),
    `${programmed.max.toFixed(1)} ms`,
    `${answered.p50.toFixed(1)} ms`,
    `${answered.p99.toFixed(1)} ms`,
    `${difference.p50.toFixed(1)} ms`,
    `${difference.p99.toFixed(1)} ms`,
  ];
}

function subjectCells({ size, proxy, mode }: ClusterFigures): readonly string[] {
  return [formatSize(size), `${proxy}, ${mode}`];
}

/** The kernel's own work for iptables is measured elsewhere. */
function hasGoals({ size, proxy, mode }: ClusterFigures): boolean {
  return proxy === 'Portolan' && mode === 'nftables' && size.services * size.endpoints <= 100_000;
}
