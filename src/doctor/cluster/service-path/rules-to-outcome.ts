import type { Outcome, RuleStep, Step, Trace } from '../../../trace/trace.ts';

/** The rules on all paths of a trace that end with such an outcome, in order and without duplicates. */
export function rulesToOutcome({ path }: Trace, isSuch: (outcome: Outcome) => boolean): readonly RuleStep[] {
  const rules: RuleStep[] = [];
  const leading = new Map<Step, boolean>();

  /** Whether the steps lead to such an outcome; their rules are removed again if not. */
  function follow(steps: readonly Step[]): boolean {
    const before = rules.length;
    for (const step of steps) if (step.kind === 'rule') rules.push(step);
    const isLeading = leadsThere(steps.at(-1));
    if (!isLeading) rules.length = before;
    return isLeading;
  }

  function leadsThere(last: Step | undefined): boolean {
    if (last?.kind === 'end') return isSuch(last.outcome);
    if (last?.kind !== 'fork') return false;
    const known = leading.get(last);
    if (known !== undefined) return known;
    const isLeading = last.branches.map((branch) => follow(branch.path)).includes(true);
    leading.set(last, isLeading);
    return isLeading;
  }

  follow(path);
  return rules;
}
