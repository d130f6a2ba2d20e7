import { createTwoFilesPatch } from 'diff';
import pc from 'picocolors';
import type { IptablesVariant } from '../kernel/iptables-variant.ts';
import type { Family } from '../net/family.ts';
import { formatProblem } from '../state/problem.ts';
import { iptablesDifferences } from './diff-iptables.ts';
import { nftablesDifferences } from './diff-nftables.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { type CommonOptions, loadConfig, loadState } from './inputs.ts';
import { openSource } from './open-source.ts';

export interface DiffOptions extends CommonOptions {
  /** `live`, or the path of a file that iptables-save, ip6tables-save or `nft list` wrote. */
  readonly against: string;
  readonly family: Family | undefined;
  readonly variant: IptablesVariant | undefined;
  readonly color: boolean;
}

/** A chain, map or set that a sync would change: its lines on the other side, and as they should be. */
export interface Difference {
  readonly title: string;
  readonly other: readonly string[] | undefined;
  readonly wanted: readonly string[] | undefined;
}

/** Prints what a sync would change, chain by chain and, in mode nftables, element by element. */
export async function diff(options: DiffOptions): Promise<ExitStatus> {
  const { config } = await loadConfig(options.flags);
  const { source } = await openSource(options, config);
  const loaded = await loadState(source, config, options);
  for (const problem of loaded.problems) process.stderr.write(`${formatProblem(problem)}\n`);
  const differences = config.mode === 'nftables' ? nftablesDifferences : iptablesDifferences;
  const colors = pc.createColors(options.color);
  let status: ExitStatus = exitStatus.ok;
  for await (const difference of differences(loaded, config, options)) {
    process.stdout.write(formatDifference(difference, options.against, colors));
    status = exitStatus.incomplete;
  }
  return status;
}

type Colors = ReturnType<typeof pc.createColors>;

function formatDifference({ title, other, wanted }: Difference, against: string, colors: Colors): string {
  const [before, after] = [other, wanted].map((lines) => (lines ?? []).map((line) => `${line}\n`).join(''));
  const patch = createTwoFilesPatch(
    other === undefined ? '/dev/null' : `${against} ${title}`,
    wanted === undefined ? '/dev/null' : `wanted ${title}`,
    before ?? '',
    after ?? '',
  );
  return patch
    .split('\n')
    .filter((line) => !line.startsWith('====') && !line.startsWith('\\'))
    .map((line) => paint(line, colors))
    .join('\n');
}

function paint(line: string, colors: Colors): string {
  if (line.startsWith('---') || line.startsWith('+++')) return colors.bold(line);
  if (line.startsWith('@@')) return colors.cyan(line);
  if (line.startsWith('-')) return colors.red(line);
  return line.startsWith('+') ? colors.green(line) : line;
}
