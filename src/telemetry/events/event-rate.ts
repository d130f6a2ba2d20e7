/** So many at once, and after those one each `period` milliseconds. */
export interface Rate {
  readonly burst: number;
  readonly period: number;
}

/** Beyond so many keys those are forgotten that have their whole burst again. */
const sweepAt = 5_000;

/** A token bucket for each key; of one that is not full, only the time is kept at which it will be. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #fullAt = new Map<string, number>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /**
   * Takes a token. Returns the milliseconds until it may be used; `undefined`, and takes none, where that is more than
   * `longest`. `now` is in milliseconds of any clock that does not go back.
   */
  reserve(key: string, now: number, longest = Number.POSITIVE_INFINITY): number | undefined {
    const { burst, period } = this.#rate;
    const fullAt = Math.max(now, this.#fullAt.get(key) ?? now) + period;
    const wait = Math.max(0, fullAt - burst * period - now);
    if (wait > longest) return undefined;
    this.#fullAt.set(key, fullAt);
    if (this.#fullAt.size > sweepAt) this.#sweep(now);
    return wait;
  }

  #sweep(now: number): void {
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(key);
  }
}
