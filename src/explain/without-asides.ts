import type { Step } from '../trace/trace.ts';
import { chainRole } from './reason/chain-role.ts';
import { conciseRule } from './reason/rule-words.ts';

/**
 * Leaves out rules that say nothing new: those that only end a chain, and those that set and clear the mark of a service
 * proxy, since the rule that asked for masquerading and the one that masquerades say it already.
 */
export function withoutAsides(path: readonly Step[]): readonly Step[] {
  const forks = new Map<Step, Step>();
  const shortened = (steps: readonly Step[]): readonly Step[] =>
    steps.flatMap((step) => (isAside(step) ? [] : [step.kind === 'fork' ? forkOf(step) : step]));
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

function isAside(step: Step): boolean {
  if (step.kind !== 'rule') return false;
  if (step.effect.kind === 'return') return /^(-j RETURN|return)$/.test(conciseRule(step.rule));
  if (step.effect.kind !== 'mark') return false;
  const role = chainRole(step.table, step.chain);
  return role === 'mark' || role === 'postrouting';
}
