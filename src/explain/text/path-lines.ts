import { printable } from '../../state/shown.ts';
import { eachStep } from '../each-step.ts';
import type { ExplainedStep } from '../explanation.ts';
import { type BranchGroup, eachBranch, groupBranches } from '../group-branches.ts';
import { percentText } from '../percent.ts';
import { conciseRule } from '../reason/rule-words.ts';
import { type ShownFork, type ShownGroup, type ShownStep, shownPath } from '../shown-path.ts';
import { conditionWords, endWords, hookWords, listWords } from './packet-words.ts';
import type { Colors, TextOptions } from './text-options.ts';

/**
 * The packet's path: a heading for each hook, and for each rule a line with the reason and a dimmed one with the rule.
 */
export function pathLines(path: readonly ExplainedStep[], options: TextOptions): readonly string[] {
  const width = Math.min(widestPlace, widestOf(path));
  const shown = shownPath(path, options.all ? eachBranch : groupBranches);
  return linesOf(shown, { ...options, width, indent: '' });
}

/** Some chains of kube-proxy's mode nftables have longer names: their reasons start further right. */
const widestPlace = 44;

interface Layout extends TextOptions {
  readonly width: number;
  /** What lines inside branches begin with. */
  readonly indent: string;
}

function linesOf(path: readonly ShownStep[], layout: Layout): readonly string[] {
  return path.flatMap((step, index) =>
    step.kind === 'hook' && isPassedBy(path[index + 1]) ? [] : stepLines(step, layout),
  );
}

/** Whether nothing happened at a hook. */
function isPassedBy(next: ShownStep | undefined): boolean {
  return next === undefined || next.kind === 'hook' || next.kind === 'end';
}

function stepLines(step: ShownStep, layout: Layout): readonly string[] {
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
    case 'shown-before':
      return [`${indent}  ${colors.magenta(`${step.reason}: goes on as shown above`)}`];
    case 'end':
      return [`${indent}${colors.bold('=>')} ${step.outcome.verdict}: ${endWords(step)}`];
  }
}

function forkLines(fork: ShownFork, layout: Layout): readonly string[] {
  const { groups } = fork;
  const [only] = groups;
  if (groups.length > 1 || only === undefined) {
    const heading = `${layout.indent}  ${layout.colors.magenta(fork.reason)}`;
    return [heading, ...groups.flatMap((group) => groupLines(group, fork, layout))];
  }
  const [example] = only.destinations;
  const onward = example === undefined ? '' : likewise(example);
  return [`${layout.indent}  ${layout.colors.magenta(fork.reason + onward)}`, ...linesOf(only.path, layout)];
}

function groupLines(group: ShownGroup, fork: ShownFork, layout: Layout): readonly string[] {
  const { colors, indent } = layout;
  const inside = { ...layout, indent: `${indent}  ${colors.dim('|')} ` };
  return [
    `${indent}  ${colors.dim('+-')} ${groupHeading(group, fork, colors)}`,
    ...linesOf(group.path, inside),
  ];
}

function groupHeading({ first, destinations, share }: BranchGroup, fork: ShownFork, colors: Colors): string {
  if (share === undefined) return colors.yellow(conditionWords(first, fork));
  const [example, ...others] = destinations;
  const where = example === undefined ? '' : ` to ${listWords(destinations)}`;
  const onward = others.length === 0 || example === undefined ? '' : likewise(example);
  return colors.magenta(`${percentText(share * 100)}${where}${onward}`);
}

function likewise(example: string): string {
  return `; shown for ${example}, the rest likewise`;
}

function widestOf(path: readonly ExplainedStep[]): number {
  let widest = 0;
  for (const step of eachStep(path, (one) => (one.kind === 'fork' ? one.branches : undefined)))
    if (step.kind === 'rule' || step.kind === 'policy') widest = Math.max(widest, placeOf(step).length);
  return widest;
}

function placeOf({ table, chain }: { readonly table: string; readonly chain: string }): string {
  return printable(`${table.replace(/^(iptables|nft ip6?(?= (portolan|kube-proxy)$)) /, '')} ${chain}`);
}
