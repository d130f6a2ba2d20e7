import pc from 'picocolors';
import { remarksOn } from '../plan/loaded-state.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import type { DiffOptions } from './diff-options.ts';
import { compareRules } from './rules/compare-rules.ts';
import type { Difference } from './rules/difference.ts';
import { type Incomparable, rulesJson } from './rules/rules-json.ts';
import { formatSummary, summarizeRules } from './rules/rules-summary.ts';
import { formatDifference, type SideNames } from './rules/rules-text.ts';
import { openSides, type Sides } from './sides/sides.ts';

/** Prints how two sets of rules differ: chain by chain and element by element, or in what they do with traffic. */
export async function diff(options: DiffOptions): Promise<ExitStatus> {
  const sides = await openSides(options);
  for (const remark of remarks(sides)) process.stderr.write(`${remark}\n`);
  if (!options.traffic) return await diffRules(sides, options);
  const { diffTraffic } = await import('./traffic/diff-traffic.ts');
  return await diffTraffic(sides, options);
}

/** Remarks on the objects of both sides, without duplicates. */
function remarks({ before, after }: Sides): ReadonlySet<string> {
  const sides = [before, after].filter((side) => side.kind === 'objects');
  const isOpen = sides.some(({ loaded }) => loaded.state.gaps.length > 0);
  return new Set([...sides.flatMap(({ loaded }) => remarksOn(loaded)), ...(isOpen ? [open] : [])]);
}

const open = 'portolan: not all objects are known, so rules that seem to go may be those of others';

async function diffRules(sides: Sides, options: DiffOptions): Promise<ExitStatus> {
  const names: SideNames = { before: sides.before.name, after: sides.after.name };
  const colors = pc.createColors(options.color);
  const differences: Difference[] = [];
  const incomparable: Incomparable[] = [];
  for await (const compared of compareRules(sides, options)) {
    const { family, common, before, after } = compared;
    if (common.length === 0) incomparable.push({ family, before, after });
    differences.push(...compared.differences);
    if (options.output === 'json') continue;
    for (const difference of compared.differences)
      process.stdout.write(formatDifference(difference, names, colors));
  }
  if (options.output === 'json')
    process.stdout.write(`${JSON.stringify(rulesJson(names, differences, incomparable), null, 2)}\n`);
  else if (differences.length > 0) process.stdout.write(`${formatSummary(summarizeRules(differences))}\n`);
  for (const one of incomparable) process.stderr.write(`portolan: ${sayIncomparable(one, names)}\n`);
  if (incomparable.length > 0) return exitStatus.failed;
  return differences.length === 0 ? exitStatus.ok : exitStatus.incomplete;
}

function sayIncomparable({ family, before, after }: Incomparable, names: SideNames): string {
  return `${family}: ${names.before} has rules of ${listOf(before)}, ${names.after} of ${listOf(after)}: these cannot be compared line by line; --traffic says what changes for traffic`;
}

function listOf(dialects: readonly string[]): string {
  return dialects.length === 0 ? 'no proxy' : dialects.join(' and ');
}
