import { formatProblem, type Problem } from '../state/problem.ts';
import type { Logger } from './logger.ts';

/** Logs each problem once, however often it is found again. */
export class ProblemLog {
  readonly #logger: Logger;
  readonly #known = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  report(problems: Iterable<Problem>): void {
    for (const problem of problems) {
      const text = formatProblem(problem);
      if (this.#known.has(text)) continue;
      this.#known.add(text);
      this.#logger.error({ object: problem.object }, text);
    }
  }
}
