export type Side = 'left' | 'right';

/**
 * Lines of cells, in columns two spaces apart. Where they exceed `width`, the middle of long cells in the first column
 * is left out until all columns but the last fit; then lines are cut.
 */
export function alignColumns(
  rows: readonly (readonly string[])[],
  sides: readonly Side[],
  width = Number.POSITIVE_INFINITY,
): readonly string[] {
  const widest = sides.map((_, column) =>
    rows.reduce((most, row) => Math.max(most, cell(row, column).length), 0),
  );
  const [first = 0, ...others] = widest;
  const taken = others.slice(0, -1).reduce((sum, length) => sum + gap.length + length, 0);
  const widths = [Math.min(first, Math.max(leastFirst, width - taken)), ...others];
  return rows.map((row) => {
    const cells = sides.map((side, column) => pad(cell(row, column), widths[column] ?? 0, side));
    const line = cells.join(gap).trimEnd();
    return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
  });
}

const gap = '  ';
const leastFirst = 20;

function cell(row: readonly string[], column: number): string {
  return row[column] ?? '';
}

function pad(text: string, width: number, side: Side): string {
  const fitting = text.length <= width ? text : shorten(text, width);
  return side === 'left' ? fitting.padEnd(width) : fitting.padStart(width);
}

/** Leaves out the middle: both ends of a name identify it. */
function shorten(text: string, width: number): string {
  const end = (width - 1) >> 1;
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}
