import type { Problem } from '../state/problem.ts';

/** Milliseconds for which files must stand still before a gap counts as closed: others of them may still be on their way. */
const standStill = 1_000;

/**
 * Where files leave open which objects there are: what was never read completely since the start, and that there are no
 * Services at all. A file that was read once keeps its objects when it breaks, and is no gap.
 */
export class SourceGaps {
  readonly #path: string;
  readonly #allowEmpty: boolean;
  readonly #known = new Set<string>();
  readonly #unread = new Set<string>();
  #changedAt = Number.NEGATIVE_INFINITY;
  #all: readonly Problem[] = [];

  /** `path` is the source. */
  constructor(path: string, allowEmpty: boolean) {
    this.#path = path;
    this.#allowEmpty = allowEmpty;
  }

  /** Those that are open, each by its file or the path. */
  get all(): readonly Problem[] {
    return this.#all;
  }

  /** Whether there are no Services, so that nothing counts as removed. */
  get isEmpty(): boolean {
    return this.#all.some(({ reason }) => reason === empty);
  }

  /** A file was read anew, completely or not. */
  read(file: string, whole: boolean): void {
    this.#changedAt = performance.now();
    if (whole) this.#known.add(file);
    if (this.#known.has(file)) this.#unread.delete(file);
    else this.#unread.add(file);
  }

  /** The file is gone. */
  forget(file: string): void {
    this.#changedAt = performance.now();
    this.#known.delete(file);
    this.#unread.delete(file);
  }

  /** To be called after each look at the files; returns whether the gaps are others than before. */
  update(hasServices: boolean): boolean {
    const now = [
      ...[...this.#unread].map((object) => ({ object, reason: unread })),
      ...(hasServices || this.#allowEmpty ? [] : [{ object: this.#path, reason: empty }]),
    ];
    const isStill = performance.now() - this.#changedAt >= standStill;
    const still = isStill ? [] : this.#all.filter((gap) => !now.some((other) => isSame(gap, other)));
    const before = this.#all;
    this.#all = [...now, ...still];
    return (
      this.#all.length !== before.length ||
      !before.every((gap) => this.#all.some((other) => isSame(gap, other)))
    );
  }
}

const unread = 'is not read completely; portolan run leaves rules that may be of objects in it';
const empty = 'has no Services; portolan run leaves the rules that stand, unless --allow-empty is given';

function isSame(one: Problem, other: Problem): boolean {
  return one.object === other.object && one.reason === other.reason;
}
