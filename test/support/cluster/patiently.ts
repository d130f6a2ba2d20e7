import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks until the answer is as wanted, and returns it: as `until`, for what comes only after Portolan's pause between two
 * attempts. Throws with the last answer where a minute was not enough.
 */
export async function patiently<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const deadline = AbortSignal.timeout(patience);
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (deadline.aborted) throw new Error(`it never came; the last was: ${JSON.stringify(answer)}`);
    await delay(interval);
  }
}

/** Milliseconds. */
const patience = 60_000;
const interval = 100;
