import type { Step } from '../control/messages.ts';

/** Tells of each step that is done, with the time that it took. */
export type TellStep = (step: Step) => void;

/** Does the work, and tells when it is done. `text` may depend on its result. */
export async function step<T>(
  tell: TellStep,
  text: string | ((result: T) => string),
  work: () => T | Promise<T>,
): Promise<T> {
  const start = performance.now();
  const result = await work();
  const took = Math.round(performance.now() - start);
  tell({ text: typeof text === 'string' ? text : text(result), took });
  return result;
}
