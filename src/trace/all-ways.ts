import type { ForkedLeg, Journey, Leg } from './journey.ts';
import { KnownFork, KnownForks } from './known-forks.ts';
import { type Unread, UnreadParts } from './unread.ts';
import type { Ways } from './ways.ts';

/** The rules fork more often than can be followed. */
export class TooManyWaysError extends Error {
  override readonly name = 'TooManyWaysError';
}

const mostWays = 20_000;

/** Every way from some journey on; branches that come to what is unread are left out. */
export class AllWays {
  readonly #unread: (part: Unread) => void;
  readonly #known = new KnownForks();
  #ends = 0;
  /** The last comes next. A list instead of recursion: a Service of 5,000 endpoints is 5,000 forks in each other. */
  readonly #work: (() => void)[] = [];

  constructor(unread: (part: Unread) => void) {
    this.#unread = unread;
  }

  /** `undefined` where all of it is unread. Throws a `TooManyWaysError`. */
  from(start: Journey): Ways | undefined {
    let first: Ways | undefined;
    this.#follow(start, undefined, (ways) => {
      first = ways;
    });
    for (let next = this.#work.pop(); next !== undefined; next = this.#work.pop()) next();
    return first;
  }

  #follow(journey: Journey, from: KnownFork | undefined, found: (ways: Ways) => void): void {
    const leg = this.#travel(journey);
    from?.noteAsked(journey.asked);
    if (leg === undefined) return;
    if ('outcome' in leg) {
      this.#countEnd();
      found(leg);
      return;
    }
    const { steps, place, answers } = leg;
    const known = this.#known.find(place, answers);
    const fork = known ?? new KnownFork(answers);
    from?.noteFork(fork);
    const end = () => found({ steps, branches: fork.branches });
    if (known === undefined) this.#enter(leg, fork, end);
    else {
      this.#countEnd();
      end();
    }
  }

  /** Branches are followed to their ends before the fork itself is known. */
  #enter({ journeys, options, place }: ForkedLeg, fork: KnownFork, end: () => void): void {
    this.#work.push(() => {
      fork.close();
      this.#known.add(place, fork);
      end();
    });
    for (const [at, journey] of journeys.entries()) {
      const option = options[at];
      if (option === undefined) continue;
      this.#work.push(() => this.#follow(journey, fork, (ways) => fork.noteBranch(at, { option, ways })));
    }
  }

  #countEnd(): void {
    this.#ends += 1;
    if (this.#ends > mostWays) throw new TooManyWaysError(`the packet may take more than ${mostWays} ways`);
  }

  #travel(journey: Journey): Leg | undefined {
    try {
      return journey.travel();
    } catch (error) {
      if (!(error instanceof UnreadParts)) throw error;
      for (const part of error.unread) this.#unread(part);
      return undefined;
    }
  }
}
