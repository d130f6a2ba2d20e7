import type { Option, Outcome, Step } from './trace.ts';

/** All ways from some place on: what they have in common, and then the end or a fork. */
export type Ways =
  | { readonly steps: readonly Step[]; readonly outcome: Outcome }
  | { readonly steps: readonly Step[]; readonly branches: readonly WaysBranch[] };

export interface WaysBranch {
  readonly option: Option;
  readonly ways: Ways;
}

/** How many branches lead to a fork: ways may come together again in one. */
export type Parents = ReadonlyMap<readonly WaysBranch[], number>;

export function countParents(ways: Ways): Parents {
  const parents = new Map<readonly WaysBranch[], number>();
  const work = [ways];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    if (!('branches' in next)) continue;
    const known = parents.get(next.branches);
    parents.set(next.branches, (known ?? 0) + 1);
    if (known === undefined) for (const branch of next.branches) work.push(branch.ways);
  }
  return parents;
}

/** Whether what is unknown decides at a fork; else chance does. */
export function isQuestion(branches: readonly WaysBranch[]): boolean {
  return branches.some(({ option }) => option.share === undefined);
}

/** The fork that a branch leads to, where nothing happens before it and no other way leads to it. */
export function forkNextTo({ ways }: WaysBranch, parents: Parents): readonly WaysBranch[] | undefined {
  const isNext = 'branches' in ways && ways.steps.length === 0 && parents.get(ways.branches) === 1;
  return isNext ? ways.branches : undefined;
}
