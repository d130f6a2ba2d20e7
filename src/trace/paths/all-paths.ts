import type { ForkedSegment, PacketWalk, Segment } from '../packet-walk.ts';
import { type Unread, UnreadParts } from '../unread.ts';
import { KnownFork, KnownForks } from './known-forks.ts';
import type { Paths } from './paths.ts';

/** The rules fork more often than can be followed. */
export class TooManyPathsError extends Error {
  override readonly name = 'TooManyPathsError';
}

const mostPaths = 20_000;

/** Every path from some walk on; branches that come to what is unread are left out. */
export class AllPaths {
  readonly #unread: (part: Unread) => void;
  readonly #known = new KnownForks();
  #ends = 0;
  /** The last comes next. A list instead of recursion: a Service of 5,000 endpoints is 5,000 forks in each other. */
  readonly #work: (() => void)[] = [];

  constructor(unread: (part: Unread) => void) {
    this.#unread = unread;
  }

  /** `undefined` where all of it is unread. Throws a `TooManyPathsError`. */
  from(start: PacketWalk): Paths | undefined {
    let first: Paths | undefined;
    this.#follow(start, undefined, (paths) => {
      first = paths;
    });
    for (let next = this.#work.pop(); next !== undefined; next = this.#work.pop()) next();
    return first;
  }

  #follow(walk: PacketWalk, from: KnownFork | undefined, found: (paths: Paths) => void): void {
    const segment = this.#advance(walk);
    from?.noteAsked(walk.asked);
    if (segment === undefined) return;
    if ('outcome' in segment) {
      this.#countEnd();
      found(segment);
      return;
    }
    const { steps, place, answers } = segment;
    const known = this.#known.find(place, answers);
    const fork = known ?? new KnownFork(answers);
    from?.noteFork(fork);
    const end = () => found({ steps, branches: fork.branches });
    if (known === undefined) this.#enter(segment, fork, end);
    else {
      this.#countEnd();
      end();
    }
  }

  /** Branches are followed to their ends before the fork itself is known. */
  #enter({ walks, options, place }: ForkedSegment, fork: KnownFork, end: () => void): void {
    this.#work.push(() => {
      fork.close();
      this.#known.add(place, fork);
      end();
    });
    for (const [at, walk] of walks.entries()) {
      const option = options[at];
      if (option === undefined) continue;
      this.#work.push(() => this.#follow(walk, fork, (paths) => fork.noteBranch(at, { option, paths })));
    }
  }

  #countEnd(): void {
    this.#ends += 1;
    if (this.#ends > mostPaths)
      throw new TooManyPathsError(`the packet may take more than ${mostPaths} paths`);
  }

  #advance(walk: PacketWalk): Segment | undefined {
    try {
      return walk.advance();
    } catch (error) {
      if (!(error instanceof UnreadParts)) throw error;
      for (const part of error.unread) this.#unread(part);
      return undefined;
    }
  }
}
