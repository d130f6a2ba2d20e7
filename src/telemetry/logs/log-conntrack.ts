import type { ConntrackOutcome } from '../../conntrack/stale-flows.ts';
import type { Logger } from './logger.ts';

/** One line for each pass that deleted something, and one for the first of those that fail one after another. */
export function logConntrack(logger: Logger, outcome: ConntrackOutcome): void {
  const { family } = outcome;
  const milliseconds = Math.round(outcome.milliseconds * 10) / 10;
  if (outcome.result === 'done') {
    const { deleted } = outcome;
    if (deleted > 0) logger.info({ family, deleted, milliseconds }, 'deleted stale flows');
    else logger.debug({ family, deleted, milliseconds }, 'no stale flows');
  } else if (!outcome.again) {
    const error = outcome.error.message;
    logger.warn({ family, error }, 'stale flows stay until conntrack can be read; everything else goes on');
  }
}
