import type { Assumptions } from '../assumptions.ts';
import type { Paths, PathsBranch } from './paths.ts';

/**
 * The forks of a walk that have been followed to every end. Where a packet comes to the same place by another path, what
 * comes next is the same, unless it depends on a question that this path has answered otherwise: so rules that each may match
 * or not, and come together again, cost as much as there are rules, and not twice as much for each.
 */
export class KnownForks {
  readonly #byPlace = new Map<string, KnownFork[]>();

  add(place: string, fork: KnownFork): void {
    const forks = this.#byPlace.get(place) ?? [];
    this.#byPlace.set(place, [...forks.slice(1 - mostAtOnePlace), fork]);
  }

  find(place: string, answers: Assumptions): KnownFork | undefined {
    return this.#byPlace.get(place)?.find((fork) => !fork.asksAny(answers.differences(fork.answers)));
  }
}

/** Where the answers to some questions matter later on, paths come to one place with many sets of answers. */
const mostAtOnePlace = 16;

/** A fork, and what is asked from there on. */
export class KnownFork {
  readonly answers: Assumptions;
  readonly #own: PathsBranch[] = [];
  #branches: readonly PathsBranch[] = this.#own;
  readonly #asked = new Set<string>();
  readonly #onward = new Set<KnownFork>();

  /** The answers are those that were given before it. */
  constructor(answers: Assumptions) {
    this.answers = answers;
  }

  get branches(): readonly PathsBranch[] {
    return this.#branches;
  }

  noteBranch(at: number, branch: PathsBranch): void {
    this.#own[at] = branch;
  }

  noteAsked(questions: ReadonlySet<string>): void {
    for (const question of questions) this.#asked.add(question);
  }

  noteFork(next: KnownFork): void {
    this.#onward.add(next);
  }

  /** All branches are there. A fork whose branches lead to one other fork, with nothing done in between, is that one. */
  close(): void {
    const [first] = this.#own;
    const next = first === undefined ? undefined : straightTo(first.paths);
    if (next !== undefined && this.#own.every(({ paths }) => straightTo(paths) === next))
      this.#branches = next;
  }

  /** Whether any of the questions is asked from here on. */
  asksAny(questions: readonly string[]): boolean {
    if (questions.length === 0) return false;
    const seen = new Set<KnownFork>([this]);
    // A set that grows while it is gone through is gone through to its end.
    for (const fork of seen) {
      if (questions.some((question) => fork.#asked.has(question))) return true;
      for (const next of fork.#onward) seen.add(next);
    }
    return false;
  }
}

function straightTo(paths: Paths): readonly PathsBranch[] | undefined {
  return 'branches' in paths && paths.steps.length === 0 ? paths.branches : undefined;
}
