import { setTimeout as delay } from 'node:timers/promises';

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
  async sleep(milliseconds, signal) {
    const options = signal === undefined ? {} : { signal };
    await delay(Math.min(milliseconds, longestSleep), undefined, options).catch(() => undefined);
  },
};
