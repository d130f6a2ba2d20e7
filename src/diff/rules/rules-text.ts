import { createTwoFilesPatch } from 'diff';
import type pc from 'picocolors';
import type { Difference } from './difference.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** The names of both sides, for the header of a patch. */
export interface SideNames {
  readonly before: string;
  readonly after: string;
}

/** A difference as a unified diff. */
export function formatDifference(difference: Difference, names: SideNames, colors: Colors): string {
  const { before, after } = difference;
  const title = titleOf(difference);
  const patch = createTwoFilesPatch(
    before === undefined ? '/dev/null' : `${names.before} ${title}`,
    after === undefined ? '/dev/null' : `${names.after} ${title}`,
    textOf(before),
    textOf(after),
  );
  return patch
    .split('\n')
    .filter((line) => !line.startsWith('====') && !line.startsWith('\\'))
    .map((line) => paint(line, colors))
    .join('\n');
}

/** `IPv4 nat KUBE-SERVICES`, `IPv4 map services`. */
export function titleOf({
  family,
  part: { kind, table, name },
}: Pick<Difference, 'family' | 'part'>): string {
  return table.startsWith('nft ') ? `${family} ${kind} ${name}` : `${family} ${table} ${name}`;
}

function textOf(lines: readonly string[] | undefined): string {
  return (lines ?? []).map((line) => `${line}\n`).join('');
}

function paint(line: string, colors: Colors): string {
  if (line.startsWith('---') || line.startsWith('+++')) return colors.bold(line);
  if (line.startsWith('@@')) return colors.cyan(line);
  if (line.startsWith('-')) return colors.red(line);
  return line.startsWith('+') ? colors.green(line) : line;
}
