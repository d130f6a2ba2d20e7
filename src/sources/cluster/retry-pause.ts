/** Milliseconds. */
export const shortestPause = 1_000;
const longest = 30_000;
/** Obeyed at most. A server that asks for a day would leave the node without news of it for a day. */
const longestAsked = 180_000;

/**
 * How long to wait before the next attempt: each time about twice as long, from 1 s to 30 s, and by chance up to half of
 * that less, so that the nodes of a cluster do not come all at once.
 */
export class RetryPause {
  readonly #random: () => number;
  #bound = 2 * shortestPause;

  /** `random` gives numbers from 0 to 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Milliseconds; at least as many as the server asks for, up to three minutes. */
  next(retryAfter = 0): number {
    const pause = (this.#bound * (1 + this.#random())) / 2;
    this.#bound = Math.min(2 * this.#bound, longest);
    return Math.max(pause, Math.min(retryAfter, longestAsked));
  }

  /** All went well: the next pause is a short one. */
  reset(): void {
    this.#bound = 2 * shortestPause;
  }
}

/** Milliseconds; resolves early when the signal aborts. */
export async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const timer = setTimeout(end, milliseconds);
  signal.addEventListener('abort', end);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
}
