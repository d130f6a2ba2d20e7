import type { ConntrackOutcome } from '../../conntrack/stale-flows.ts';
import type { Logger } from './logger.ts';

/** Logs passes that deleted flows, and the first of several failures in a row. */
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
