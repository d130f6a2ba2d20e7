import { formatProblem } from '../state/problem.ts';
import type { SyncOutcome } from '../sync/syncer.ts';
import type { Logger } from '../telemetry/logger.ts';

/** One line a sync, and one for each Service that the kernel refused. */
export function logOutcome(logger: Logger, outcome: SyncOutcome): void {
  const { family, scope, changed } = outcome;
  const milliseconds = Math.round(outcome.milliseconds * 10) / 10;
  if (outcome.result === 'failed') {
    logger.error({ family, scope, changed, milliseconds, error: outcome.error.message }, 'sync failed');
    return;
  }
  logger.info({ family, scope, changed, milliseconds }, 'synced');
  for (const problem of outcome.refused) logger.error(formatProblem(problem));
}
