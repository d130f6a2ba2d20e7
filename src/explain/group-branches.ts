import type { ExplainedBranch, ExplainedFork, ExplainedStep } from './explanation.ts';
import { destinationOf, digest, makesNoDifference } from './outcomes.ts';
import { chainRole } from './reason/chain-role.ts';

/** Branches of a fork that differ only in their endpoint. */
export interface BranchGroup {
  readonly first: ExplainedBranch;
  /** In order, without duplicates; empty where a branch does not lead to exactly one endpoint. */
  readonly destinations: readonly string[];
  /** The sum of their shares, 0 to 1; `undefined` where it cannot be known. */
  readonly share: number | undefined;
}

/**
 * Groups branches that have the same path but for the endpoint, so that a hundred endpoints are described once. Where
 * the answer to an unknown makes no difference, one branch stands for all.
 */
export function groupBranches(branches: readonly ExplainedBranch[]): readonly BranchGroup[] {
  const last = branches.at(-1);
  if (last?.share === undefined && last !== undefined && makesNoDifference(branches))
    return [{ first: last, destinations: [], share: undefined }];
  return [...Map.groupBy(branches, (branch) => signature(branch)).values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const destinations = [...new Set(members.flatMap((branch) => destinationOf(branch) ?? []))];
    return [{ first, destinations, share: totalShare(members) }];
  });
}

/** A group for each branch. */
export function eachBranch(branches: readonly ExplainedBranch[]): readonly BranchGroup[] {
  return branches.flatMap((branch) => groupBranches([branch]));
}

function totalShare(branches: readonly ExplainedBranch[]): number | undefined {
  let total = 0;
  for (const { share } of branches) {
    if (share === undefined) return undefined;
    total += share;
  }
  return total;
}

/**
 * Equal for branches of one group. Only conditions of unknowns tell branches apart: those of chance are all the same.
 */
function signature(branch: ExplainedBranch, outer?: string): string {
  const destination = outer ?? destinationOf(branch);
  const condition = branch.share === undefined ? branch.condition : '';
  const steps = branch.path.map((step) => stepSignature(step, destination));
  const text = JSON.stringify([condition, steps]);
  if (destination === undefined) return text;
  const address = destination.slice(0, destination.lastIndexOf(':'));
  return text.replaceAll(destination, 'ENDPOINT').replaceAll(address, 'ADDRESS');
}

function stepSignature(step: ExplainedStep, destination: string | undefined): unknown {
  switch (step.kind) {
    case 'hook':
      return step.hook;
    case 'rule':
      return [step.table, chainRole(step.table, step.chain) ?? step.chain, step.effect.kind, step.reason];
    case 'policy':
      return [step.table, step.chain, step.reason];
    case 'fork':
      return forkSignature(step, destination);
    case 'end':
      return [step.outcome.verdict, step.outcome.masquerade, step.reason];
  }
}

/** Forks nest and share branches: each is computed once, and a digest does not grow with what is in it. */
function forkSignature(fork: ExplainedFork, destination: string | undefined): string {
  const known = forkSignatures.get(fork) ?? new Map<string | undefined, string>();
  forkSignatures.set(fork, known);
  const its = known.get(destination) ?? digest(fork.branches.map((branch) => signature(branch, destination)));
  known.set(destination, its);
  return its;
}

const forkSignatures = new WeakMap<ExplainedFork, Map<string | undefined, string>>();
