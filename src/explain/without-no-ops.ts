import type { Step } from '../trace/trace.ts';
import { chainRole } from './reason/chain-role.ts';
import { conciseRule } from './reason/rule-words.ts';

/**
 * Leaves out no-op rules, which add nothing to an explanation: those that only return from a chain, and those that set
 * and clear the mark of a service proxy, since the rule that asks for masquerading and the one that masquerades are
 * shown.
 */
export function withoutNoOps(path: readonly Step[]): readonly Step[] {
  const forks = new Map<Step, Step>();
  const shortened = (steps: readonly Step[]): readonly Step[] =>
    steps.flatMap((step) => (isNoOp(step) ? [] : [step.kind === 'fork' ? forkOf(step) : step]));
  const forkOf = (fork: Step & { kind: 'fork' }): Step => {
    const known = forks.get(fork) ?? {
      kind: 'fork',
      branches: fork.branches.map((branch) => ({ ...branch, path: shortened(branch.path) })),
    };
    forks.set(fork, known);
    return known;
  };
  return shortened(path);
}

function isNoOp(step: Step): boolean {
  if (step.kind !== 'rule') return false;
  if (step.effect.kind === 'return') return /^(-j RETURN|return)$/.test(conciseRule(step.rule));
  if (step.effect.kind !== 'mark') return false;
  const role = chainRole(step.table, step.chain);
  return role === 'mark' || role === 'postrouting';
}
