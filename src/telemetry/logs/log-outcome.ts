import type { Problem } from '../../state/problem.ts';
import type { SyncOutcome } from '../../sync/sync-event.ts';
import type { Logger } from './logger.ts';
import { logProblem } from './problem-log.ts';

/** So many Services are named in a line. */
const mostNamed = 20;

/** Refusals that are logged: a Service that stays refused is in the outcome of each sync. */
const logged = new WeakSet<Problem>();

/**
 * One line a sync, and one for each Service that the kernel newly refused. A sync of what changed is logged from -v 2; at
 * -v 4 the lines name the Services.
 */
export function logOutcome(logger: Logger, outcome: SyncOutcome): void {
  const { family, scope, changed } = outcome;
  const milliseconds = Math.round(outcome.milliseconds * 10) / 10;
  const about = { family, scope, changed, milliseconds, ...namesOf(logger, outcome) };
  if (outcome.result === 'failed') {
    logger.error({ ...about, error: outcome.error.message }, 'sync failed');
    return;
  }
  logger[scope === 'full' ? 'info' : 'debug'](about, 'synced');
  for (const problem of outcome.refused) {
    if (logged.has(problem)) continue;
    logged.add(problem);
    logProblem(logger, problem);
  }
}

function namesOf(logger: Logger, { services }: SyncOutcome): object {
  if (services.length === 0 || !logger.isLevelEnabled('trace')) return {};
  if (services.length === 1) return { service: services[0] };
  const more = services.length - mostNamed;
  return { services: services.slice(0, mostNamed), ...(more > 0 ? { more } : {}) };
}
