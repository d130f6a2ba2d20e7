export type Side = 'left' | 'right';

/**
 * What makes lines of the cells of such rows, in columns two spaces apart. Where they exceed `width`, the middle of long cells in
 * the first column is left out until all columns but the last fit; then lines are cut.
 */
export function alignColumns(
  rows: Iterable<readonly string[]>,
  sides: readonly Side[],
  width = Number.POSITIVE_INFINITY,
): (row: readonly string[]) => string {
  const [first = 0, ...others] = widestCells(rows, sides.length);
  const taken = others.slice(0, -1).reduce((sum, length) => sum + gap.length + length, 0);
  const widths = [Math.min(first, Math.max(leastFirst, width - taken)), ...others];
  return (row) => {
    let line = '';
    for (const [column, side] of sides.entries())
      line += (column === 0 ? '' : gap) + pad(row[column] ?? '', widths[column] ?? 0, side);
    line = line.trimEnd();
    return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
  };
}

function widestCells(rows: Iterable<readonly string[]>, columns: number): readonly number[] {
  const widest = new Array<number>(columns).fill(0);
  for (const row of rows)
    for (const [column, { length }] of row.entries()) widest[column] = Math.max(widest[column] ?? 0, length);
  return widest;
}

const gap = '  ';
const leastFirst = 20;

function pad(text: string, width: number, side: Side): string {
  const fitting = text.length <= width ? text : shorten(text, width);
  return side === 'left' ? fitting.padEnd(width) : fitting.padStart(width);
}

/** Leaves out the middle: both ends of a name identify it. */
function shorten(text: string, width: number): string {
  const end = (width - 1) >> 1;
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}
