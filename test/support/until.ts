import { setTimeout as pause } from 'node:timers/promises';
import { patience } from './patience.ts';

/** Asks again and again until the answer is as wanted, and returns it. Throws with the last answer where it never is. */
export async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const deadline = AbortSignal.timeout(patience);
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (deadline.aborted) throw new Error(`it never came; the last was: ${text(answer)}`);
    await pause(interval);
  }
}

/** Milliseconds between two questions, most of which cost a process. */
const interval = 50;

function text(answer: unknown): string {
  return typeof answer === 'string' ? answer : JSON.stringify(answer);
}
