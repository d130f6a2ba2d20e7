import type { Option, Outcome, Step } from '../trace.ts';

/** All paths from some place on: what they have in common, and then the end or a fork. */
export type Paths =
  | { readonly steps: readonly Step[]; readonly outcome: Outcome }
  | { readonly steps: readonly Step[]; readonly branches: readonly PathsBranch[] };

export interface PathsBranch {
  readonly option: Option;
  readonly paths: Paths;
}

/** How many branches lead to a fork: paths may come together again in one. */
export type Parents = ReadonlyMap<readonly PathsBranch[], number>;

export function countParents(paths: Paths): Parents {
  const parents = new Map<readonly PathsBranch[], number>();
  const work = [paths];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    if (!('branches' in next)) continue;
    const known = parents.get(next.branches);
    parents.set(next.branches, (known ?? 0) + 1);
    if (known === undefined) for (const branch of next.branches) work.push(branch.paths);
  }
  return parents;
}

/** Whether what is unknown decides at a fork; else chance does. */
export function isQuestion(branches: readonly PathsBranch[]): boolean {
  return branches.some(({ option }) => option.share === undefined);
}

/** The fork that a branch leads to, where nothing happens before it and no other path leads to it. */
export function forkNextTo({ paths }: PathsBranch, parents: Parents): readonly PathsBranch[] | undefined {
  const isNext = 'branches' in paths && paths.steps.length === 0 && parents.get(paths.branches) === 1;
  return isNext ? paths.branches : undefined;
}
