import { formatProblem, type Problem } from '../../state/problem.ts';
import type { Logger } from './logger.ts';

/** So many problems are remembered, and up to twice as many. */
const remembered = 20_000;

/** Logs each problem once, however often it is found again; after very many others perhaps once more. */
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

  /** The texts change with what is in the objects, so over months there is no end of them. */
  #remember(text: string): void {
    if (this.#known.size >= remembered) {
      this.#older = this.#known;
      this.#known = new Set();
    }
    this.#known.add(text);
  }
}

/** One line, with the Service that it concerns as a field. */
export function logProblem(logger: Logger, problem: Problem): void {
  const [, service] = problem.object.match(/^Service (\S+)$/) ?? [];
  const about = service === undefined ? { object: problem.object } : { service };
  logger.error(about, formatProblem(problem));
}
