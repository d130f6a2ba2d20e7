import { type Level, type Logger, type LoggerOptions, pino } from 'pino';
import type { LoggingConfig } from '../../config/proxy-config.ts';

export type { Logger } from 'pino';

/**
 * Logs go to standard error, as kube-proxy's do: as text for people, or as JSON with kube-proxy's fields.
 * `info` and what is graver is always written, `debug` from -v 2, `trace` from -v 4.
 */
export async function createLogger({ format, verbosity }: LoggingConfig): Promise<Logger> {
  const options = { level: levelOf(verbosity), base: null };
  if (format === 'json')
    return pino({ ...options, ...jsonFields }, pino.destination({ dest: 2, sync: true }));
  const { PinoPretty } = await import('pino-pretty');
  return pino(
    options,
    PinoPretty({
      destination: 2,
      sync: true,
      colorize: process.stderr.isTTY === true,
      translateTime: 'SYS:HH:MM:ss.l',
      singleLine: true,
      // The field `error` is a text here, and belongs on the line.
      errorLikeObjectKeys: [],
    }),
  );
}

/** The least verbosity at which a level is written; what has none is always written and, as with kube-proxy, has no `v`. */
const verbosities: { readonly [L in Level]?: number } = { info: 0, debug: 2, trace: 4 };

function levelOf(verbosity: number): Level {
  if (verbosity >= 4) return 'trace';
  return verbosity >= 2 ? 'debug' : 'info';
}

/** `ts` in milliseconds and `v`, as Kubernetes' components write them. */
export const jsonFields: LoggerOptions = {
  timestamp: () => `,"ts":${Date.now()}`,
  formatters: {
    level(label) {
      const v = verbosities[label as Level];
      return v === undefined ? { level: label } : { level: label, v };
    },
  },
};
