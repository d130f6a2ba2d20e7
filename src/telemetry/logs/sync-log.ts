import type { Family } from '../../net/family.ts';
import type { Problem } from '../../state/problem.ts';
import type { SyncEvent, SyncOutcome } from '../../sync/sync-event.ts';
import type { Logger } from './logger.ts';
import { logProblem } from './problem-log.ts';

/** The number of Services that a line names. */
const mostNamed = 20;

/** The least time between two equal messages about failures, in milliseconds: syncs are retried twice a second. */
const quietFor = 30_000;

/**
 * Logs syncs. Partial syncs are logged from -v 2, with the names of Services from -v 4. A Service that stays refused is
 * in the outcome of every sync, and is logged once.
 */
export class SyncLog {
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #refused = new WeakSet<Problem>();
  readonly #kept = new Map<Family, number>();
  /** By what failed: the last message, and when it was logged. */
  readonly #said = new Map<string, { readonly words: string; readonly at: number }>();

  /** `now` returns milliseconds of any clock. */
  constructor(logger: Logger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  hear(event: SyncEvent): void {
    const { family } = event;
    switch (event.kind) {
      case 'synced':
        this.#synced(event.outcome);
        break;
      case 'damaged':
        this.#logger.warn({ families: [family] }, 'somebody changed the rules; mending them');
        break;
      case 'tidying failed': {
        const error = event.error.message;
        const level = this.#isNew(`tidying ${family}`, error) ? 'warn' : 'debug';
        this.#logger[level](
          { family, error },
          'what changes left over cannot be removed; comparing everything',
        );
        break;
      }
      case 'look failed': {
        const error = event.error.message;
        const level = this.#isNew(`${event.look} ${family}`, error) ? 'warn' : 'debug';
        this.#logger[level]({ family, error }, 'the rules cannot be read back');
        break;
      }
    }
  }

  #synced(outcome: SyncOutcome): void {
    const { family, scope, changed } = outcome;
    const milliseconds = Math.round(outcome.milliseconds * 10) / 10;
    const about = { family, scope, changed, milliseconds, ...namesOf(this.#logger, outcome) };
    if (outcome.result === 'failed') {
      const error = outcome.error.message;
      const level = this.#isNew(`sync ${family}`, error) ? 'error' : 'debug';
      this.#logger[level]({ ...about, error }, 'sync failed');
      return;
    }
    this.#said.delete(`sync ${family}`);
    this.#logger[scope === 'full' ? 'info' : 'debug'](about, 'synced');
    const { kept } = outcome;
    if (kept > 0 && kept !== this.#kept.get(family)) this.#logger.warn({ family, kept }, keptWords);
    this.#kept.set(family, kept);
    for (const problem of outcome.refused) {
      if (this.#refused.has(problem)) continue;
      this.#refused.add(problem);
      logProblem(this.#logger, problem);
    }
  }

  #isNew(what: string, words: string): boolean {
    const said = this.#said.get(what);
    const at = this.#now();
    if (said?.words === words && at - said.at < quietFor) return false;
    this.#said.set(what, { words, at });
    return true;
  }
}

const keptWords = 'rules stay that no object describes, since not all objects are known';

function namesOf(logger: Logger, { services }: SyncOutcome): object {
  if (services.length === 0 || !logger.isLevelEnabled('trace')) return {};
  if (services.length === 1) return { service: services[0] };
  const more = services.length - mostNamed;
  return { services: services.slice(0, mostNamed), ...(more > 0 ? { more } : {}) };
}
