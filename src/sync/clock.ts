/** The time as the reconcilers know it, so that tests can have one of their own. */
export interface Clock {
  /** Milliseconds, which only go forward. */
  now(): number;
  /** Resolves after so many milliseconds, or as soon as the signal aborts. Never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Timers of Node.js take no longer pause, and end a longer one at once. */
const longestSleep = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => performance.now(),
  // Not by node:timers/promises, which makes an exception with its stack where the signal aborts: at each change.
  sleep(milliseconds, signal) {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (signal?.aborted) return Promise.resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(Math.max(0, milliseconds), longestSleep));
    signal?.addEventListener('abort', end);
    return promise;
  },
};
