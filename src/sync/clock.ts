/** The time as the reconcilers know it, so that tests can have one of their own. */
export interface Clock {
  /** Milliseconds, which only go forward. */
  now(): number;
  /** Calls `then` after so many milliseconds, unless what it returns is called before. */
  after(milliseconds: number, then: () => void): () => void;
}

/** Timers of Node.js take no longer pause, and end a longer one at once. */
const longestPause = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, then) {
    const timer = setTimeout(then, Math.min(Math.max(0, milliseconds), longestPause));
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many milliseconds of the clock, or as soon as the signal aborts. Never rejects. */
export async function sleep(
  clock: Pick<Clock, 'after'>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const cancel = clock.after(milliseconds, end);
  signal?.addEventListener('abort', end);
  await promise;
  cancel();
  signal?.removeEventListener('abort', end);
}
