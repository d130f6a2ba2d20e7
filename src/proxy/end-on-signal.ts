import type { Logger } from '../telemetry/logs/logger.ts';

/** Listens for SIGINT and SIGTERM from now on: what is under way is finished, and then the process ends. */
export function endOnSignal(logger: Logger): AbortController {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Not `once`: execa would find that nobody listens any more while a child of its runs, and end this process.
    process.on(signal, () => {
      logger.info({ signal }, 'ending; the rules stay');
      ending.abort();
    });
  }
  return ending;
}
