import { printable } from '../../state/shown.ts';
import type { ExplainedFork, ExplainedStep } from '../explanation.ts';
import { type BranchGroup, eachBranch, groupBranches } from '../group-branches.ts';
import { percentText } from '../percent.ts';
import { conciseRule } from '../reason/rule-words.ts';
import { conditionWords, endWords, hookWords, listWords } from './packet-words.ts';
import type { Colors, TextOptions } from './text-options.ts';

/** The packet's way: a heading for each hook, and for each rule a line of reason and a dimmed one with the rule. */
export function pathLines(path: readonly ExplainedStep[], options: TextOptions): readonly string[] {
  const width = Math.min(widestPlace, Math.max(0, ...placesOf(path).map(({ length }) => length)));
  return linesOf(path, { ...options, width, indent: '' });
}

/** Chains of kube-proxy's mode nftables have longer names: there the reason comes later in the line. */
const widestPlace = 44;

interface Layout extends TextOptions {
  readonly width: number;
  /** What lines begin with inside of branches. */
  readonly indent: string;
}

function linesOf(path: readonly ExplainedStep[], layout: Layout): readonly string[] {
  return path.flatMap((step, index) =>
    step.kind === 'hook' && isPassedBy(path[index + 1]) ? [] : stepLines(step, layout),
  );
}

/** A hook where nothing happened is of no interest. */
function isPassedBy(next: ExplainedStep | undefined): boolean {
  return next === undefined || next.kind === 'hook' || next.kind === 'end';
}

function stepLines(step: ExplainedStep, layout: Layout): readonly string[] {
  const { colors, indent, width } = layout;
  switch (step.kind) {
    case 'hook':
      return [`${indent}${colors.bold(step.hook.toUpperCase())}  ${hookWords[step.hook]}`];
    case 'rule': {
      const place = placeOf(step).padEnd(width);
      const element = step.element === undefined ? '' : `  [element ${step.element}]`;
      const rule = printable(`rule ${step.position}: ${conciseRule(step.rule)}${element}`);
      return [
        `${indent}  ${colors.cyan(place)}  ${printable(step.reason)}`,
        `${indent}      ${colors.dim(rule)}`,
      ];
    }
    case 'policy':
      return [`${indent}  ${colors.cyan(placeOf(step).padEnd(width))}  ${step.reason}`];
    case 'fork':
      return forkLines(step, layout);
    case 'end':
      return [`${indent}${colors.bold('=>')} ${step.outcome.verdict}: ${endWords(step)}`];
  }
}

function forkLines(fork: ExplainedFork, layout: Layout): readonly string[] {
  const groups = (layout.all ? eachBranch : groupBranches)(fork.branches);
  const [only] = groups;
  if (groups.length > 1 || only === undefined) {
    const heading = `${layout.indent}  ${layout.colors.magenta(fork.reason)}`;
    return [heading, ...groups.flatMap((group) => groupLines(group, layout))];
  }
  const [example] = only.destinations;
  const onward = example === undefined ? '' : likewise(example);
  return [
    `${layout.indent}  ${layout.colors.magenta(fork.reason + onward)}`,
    ...linesOf(only.first.path, layout),
  ];
}

function groupLines(group: BranchGroup, layout: Layout): readonly string[] {
  const { colors, indent } = layout;
  const inside = { ...layout, indent: `${indent}  ${colors.dim('|')} ` };
  return [
    `${indent}  ${colors.dim('+-')} ${groupHeading(group, colors)}`,
    ...linesOf(group.first.path, inside),
  ];
}

function groupHeading({ first, destinations, share }: BranchGroup, colors: Colors): string {
  if (share === undefined) return colors.yellow(conditionWords(first));
  const [example, ...others] = destinations;
  const where = example === undefined ? '' : ` to ${listWords(destinations)}`;
  const onward = others.length === 0 || example === undefined ? '' : likewise(example);
  return colors.magenta(`${percentText(share * 100)}${where}${onward}`);
}

function likewise(example: string): string {
  return `; shown for ${example}, the rest likewise`;
}

function placesOf(path: readonly ExplainedStep[]): readonly string[] {
  return path.flatMap((step) => {
    if (step.kind === 'fork') return step.branches.flatMap((branch) => placesOf(branch.path));
    return step.kind === 'rule' || step.kind === 'policy' ? [placeOf(step)] : [];
  });
}

function placeOf({ table, chain }: { readonly table: string; readonly chain: string }): string {
  return printable(`${table.replace(/^(iptables|nft ip6?(?= (portolan|kube-proxy)$)) /, '')} ${chain}`);
}
