import type { ExplainedBranch, ExplainedFork, ExplainedStep } from './explanation.ts';
import type { BranchGroup } from './group-branches.ts';
import { asksSeveral, questionOf } from './reason/fork-reason.ts';

/** A step as the text and the picture show it. */
export type ShownStep = Exclude<ExplainedStep, ExplainedFork> | ShownFork | ShownBefore;

/** A fork with its branches in groups. */
export type ShownFork = ExplainedFork & { readonly groups: readonly ShownGroup[] };

export interface ShownGroup extends BranchGroup {
  readonly path: readonly ShownStep[];
}

/** Stands for a fork that an earlier branch has shown. */
export interface ShownBefore {
  readonly kind: 'shown-before';
  /** The reason of the fork, with the first of its questions where it asks several. */
  readonly reason: string;
}

/** Groups the branches of a path. A fork that several branches lead to is shown in the first of them only. */
export function shownPath(
  path: readonly ExplainedStep[],
  groupsOf: (branches: readonly ExplainedBranch[]) => readonly BranchGroup[],
): readonly ShownStep[] {
  const met = new Set<ExplainedFork>();
  return shown(path);

  function shown(steps: readonly ExplainedStep[]): readonly ShownStep[] {
    return steps.map((step) => (step.kind === 'fork' ? shownFork(step) : step));
  }

  function shownFork(fork: ExplainedFork): ShownFork | ShownBefore {
    if (met.has(fork)) return { kind: 'shown-before', reason: briefly(fork) };
    met.add(fork);
    const groups = groupsOf(fork.branches).map((group) => ({ ...group, path: shown(group.first.path) }));
    return { ...fork, groups };
  }
}

function briefly(fork: ExplainedFork): string {
  const [first] = fork.branches;
  return first !== undefined && asksSeveral(fork) ? `${fork.reason} (${questionOf(first)}, …)` : fork.reason;
}
