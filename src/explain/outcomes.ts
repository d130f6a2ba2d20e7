import { createHash } from 'node:crypto';
import type { ExplainedBranch, ExplainedFork, ExplainedStep } from './explanation.ts';

/** Whether all branches have the same outcome. */
export function makesNoDifference(branches: readonly ExplainedBranch[]): boolean {
  return new Set(branches.map(({ path }) => answerOf(path))).size === 1;
}

/** Equal for paths with the same possible outcomes. */
function answerOf(path: readonly ExplainedStep[]): string {
  const last = path.at(-1);
  if (last?.kind === 'end') return JSON.stringify(last.outcome);
  return last?.kind === 'fork' ? answerOfFork(last) : '';
}

/** Forks nest and share branches: a digest is as short for a whole tree of them as for one. */
const answerOfFork = once(({ branches }: ExplainedFork): string => {
  const [first] = branches;
  if (first !== undefined && makesNoDifference(branches)) return answerOf(first.path);
  return digest(branches.map(({ share, condition, path }) => [share, condition, answerOf(path)]));
});

/**
 * The endpoint that a branch leads to; `undefined` where there is none or more than one. Refusals on its path do not
 * count.
 */
export function destinationOf({ path }: Pick<ExplainedBranch, 'path'>): string | undefined {
  const found = destinationIn(path);
  return found === several ? undefined : found;
}

const several = Symbol();

type Destination = string | typeof several | undefined;

function destinationIn(path: readonly ExplainedStep[]): Destination {
  const last = path.at(-1);
  if (last?.kind === 'end') return last.outcome.verdict === 'dnat' ? last.outcome.destination : undefined;
  return last?.kind === 'fork' ? destinationOfFork(last) : undefined;
}

const destinationOfFork = once(({ branches }: ExplainedFork): Destination => {
  const found = new Set(branches.map(({ path }) => destinationIn(path)));
  found.delete(undefined);
  const [only] = found;
  return found.size > 1 ? several : only;
});

/** Computes a value once for each fork, however many branches lead to it. */
function once<Value>(compute: (fork: ExplainedFork) => Value): (fork: ExplainedFork) => Value {
  const known = new WeakMap<ExplainedFork, { readonly value: Value }>();
  return (fork) => {
    const { value } = known.get(fork) ?? { value: compute(fork) };
    known.set(fork, { value });
    return value;
  };
}

/** A short text that is equal for equal parts. */
export function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
