import type { Logger } from '../telemetry/logs/logger.ts';
import type { SyncReport } from './sync-network.ts';

/** Logs what syncs do; a problem once, until it is over. */
export class SyncLog {
  readonly #logger: Logger;
  #known: ReadonlySet<string> = new Set();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  report({ done, problems }: Pick<SyncReport, 'done' | 'problems'>): void {
    for (const change of done) this.#logger.info(change);
    for (const problem of problems) if (!this.#known.has(problem)) this.#logger.warn(problem);
    const now = new Set(problems);
    for (const problem of this.#known) if (!now.has(problem)) this.#logger.info(`over: ${problem}`);
    this.#known = now;
  }
}
