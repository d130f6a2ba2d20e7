import { withGoal } from '../goal.ts';
import { formatSize } from '../nftables/options.ts';
import { markdownTable } from '../table.ts';
import type { SustainedFigures } from './changes.ts';
import type { SustainedOptions } from './options.ts';

/** One row, and under it what would make the table right where it is not. */
export function sustainedReport(options: SustainedOptions, figures: SustainedFigures): string {
  const { difference } = figures;
  const table = markdownTable(header, [cells(options, figures)]);
  if (difference === '') return table;
  const shown = difference.slice(0, shownCharacters);
  return `${table}\nTo be equal to the plans, the table needs:\n\n${shown}${shown === difference ? '' : '…\n'}`;
}

const shownCharacters = 2_000;

const header = [
  'services × endpoints',
  'changes a second',
  'changes',
  'transactions',
  'lag, p50',
  'p99',
  'max',
  'memory before, after each minute, at the end',
  'table at the end',
];

function cells({ size, rate }: SustainedOptions, figures: SustainedFigures): readonly string[] {
  const { changes, transactions, lag, memory, difference } = figures;
  return [
    formatSize(size),
    `${rate}`,
    changes.toLocaleString('en'),
    transactions.toLocaleString('en'),
    `${lag.p50.toFixed(2)} ms`,
    withGoal(lag.p99, lagGoal, 'ms', 1),
    `${lag.max.toFixed(0)} ms`,
    memoryCell(memory),
    difference === '' ? 'equals the plans' : 'differs from the plans',
  ];
}

const lagGoal = 20;

function memoryCell(memory: readonly number[]): string {
  const verdict = memoryVerdict(memory);
  const sizes = memory.map((megabytes) => megabytes.toFixed(0)).join(', ');
  return verdict === undefined ? `${sizes} MB` : `${sizes} MB (${verdict})`;
}

/**
 * Whether memory stays as it is after the first minute, in which the heap finds its size; nothing where there was no
 * more than that. The size at a moment depends on when garbage was collected, so a twentieth more is nothing.
 */
export function memoryVerdict(memory: readonly number[]): 'flat' | 'grows' | undefined {
  const [, afterFirstMinute, ...later] = memory;
  const last = later.at(-1);
  if (afterFirstMinute === undefined || last === undefined) return undefined;
  return last <= 1.05 * afterFirstMinute ? 'flat' : 'grows';
}
