import { type Logger, pino } from 'pino';
import type { LoggingConfig } from '../config/proxy-config.ts';

export type { Logger } from 'pino';

/** Logs go to standard error, as kube-proxy's do: as text for people, or as JSON. */
export async function createLogger({ format, verbosity }: LoggingConfig): Promise<Logger> {
  const options = { level: levelOf(verbosity), base: null };
  if (format === 'json') return pino(options, pino.destination({ dest: 2, sync: true }));
  const { PinoPretty } = await import('pino-pretty');
  return pino(
    options,
    PinoPretty({
      destination: 2,
      sync: true,
      colorize: process.stderr.isTTY === true,
      translateTime: 'SYS:HH:MM:ss.l',
      singleLine: true,
    }),
  );
}

/** kube-proxy's verbosity: 2 is usual, 4 is for debugging, 6 and more show everything. */
function levelOf(verbosity: number): string {
  if (verbosity >= 6) return 'trace';
  return verbosity >= 4 ? 'debug' : 'info';
}
