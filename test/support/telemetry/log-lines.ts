import { type Level, pino } from 'pino';
import type { Logger } from '../../../src/telemetry/logs/logger.ts';

/** A logger whose lines a test can read. */
export function logLines(level: Level): {
  readonly logger: Logger;
  readonly lines: Record<string, unknown>[];
} {
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { level, base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } },
    { write: (line: string) => lines.push(JSON.parse(line)) },
  );
  return { logger, lines };
}
