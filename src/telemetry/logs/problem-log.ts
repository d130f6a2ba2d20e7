import { formatProblem, type Problem } from '../../state/problem.ts';
import type { Logger } from './logger.ts';

/** The number of problems to remember; up to twice as many are kept. */
const remembered = 20_000;

/** Logs each problem once, however often it is found; perhaps once more after very many others. */
export class ProblemLog {
  readonly #logger: Logger;
  #known = new Set<string>();
  #older: ReadonlySet<string> = new Set();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  report(problems: Iterable<Problem>): void {
    for (const problem of problems) {
      const text = formatProblem(problem);
      if (this.#known.has(text)) continue;
      if (!this.#older.has(text)) logProblem(this.#logger, problem);
      this.#remember(text);
    }
  }

  /** Bounded: over months, changing objects cause any number of texts. */
  #remember(text: string): void {
    if (this.#known.size >= remembered) {
      this.#older = this.#known;
      this.#known = new Set();
    }
    this.#known.add(text);
  }
}

/** Logs a problem, with its Service as a field. */
export function logProblem(logger: Logger, problem: Problem): void {
  const [, service] = problem.object.match(/^Service (\S+)$/) ?? [];
  const about = service === undefined ? { object: problem.object } : { service };
  logger.error(about, formatProblem(problem));
}
