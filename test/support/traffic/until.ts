/**
 * Asks again and again until the answer is as wanted, and returns it. Every question costs a process, so it does not
 * spin. Throws with the last answer where 20 seconds were not enough.
 */
export async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const deadline = AbortSignal.timeout(20_000);
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (deadline.aborted) throw new Error(`it never came; the last was: ${text(answer)}`);
  }
}

function text(answer: unknown): string {
  return typeof answer === 'string' ? answer : JSON.stringify(answer);
}
