/** A burst of events at once, and then one every `period` milliseconds. */
export interface Rate {
  readonly burst: number;
  readonly period: number;
}

/** With more keys than this, those with a full bucket are dropped. */
const sweepAt = 5_000;

/** A token bucket for each key, stored as the time at which it will be full. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #fullAt = new Map<string, number>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /**
   * Takes a token and returns the milliseconds until it may be used; `undefined` without taking one if that exceeds
   * `longest`. `now` is in milliseconds of any monotonic clock.
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
