import { type Level, type Logger, type LoggerOptions, pino } from 'pino';
import type { LoggingConfig } from '../../config/proxy-config.ts';

export type { Logger } from 'pino';

/**
 * Logs to standard error, like kube-proxy: as text for people, or as JSON with kube-proxy's fields. `info` and above
 * are always written, `debug` from -v 2, `trace` from -v 4.
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
      // The field `error` is a text here and stays on the line.
      errorLikeObjectKeys: [],
    }),
  );
}

/**
 * The least verbosity for each level; levels without one are always written and have no field `v`, as in kube-proxy.
 */
const verbosities: { readonly [L in Level]?: number } = { info: 0, debug: 2, trace: 4 };

function levelOf(verbosity: number): Level {
  if (verbosity >= 4) return 'trace';
  return verbosity >= 2 ? 'debug' : 'info';
}

/** The fields `ts`, in milliseconds, and `v`, as Kubernetes components write them. */
export const jsonFields: LoggerOptions = {
  timestamp: () => `,"ts":${Date.now()}`,
  formatters: {
    level(label) {
      const v = verbosities[label as Level];
      return v === undefined ? { level: label } : { level: label, v };
    },
  },
};
