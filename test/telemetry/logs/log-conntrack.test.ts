import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { ConntrackOutcome } from '../../../src/conntrack/stale-flows.ts';
import { logConntrack } from '../../../src/telemetry/logs/log-conntrack.ts';

const about = { family: 'IPv4', milliseconds: 12.34 } as const;
const failed = { ...about, result: 'failed', error: new Error('not permitted') } as const;

test.each<[string, ConntrackOutcome, readonly object[]]>([
  ['a pass that deleted flows', { ...about, result: 'done', deleted: 3 }, [{ level: 30, deleted: 3 }]],
  ['nothing of a pass that found none', { ...about, result: 'done', deleted: 0 }, []],
  ['a warning of a pass that failed', { ...failed, again: false }, [{ level: 40, error: 'not permitted' }]],
  ['nothing more while passes go on to fail', { ...failed, again: true }, []],
])('the log has %s', (_, outcome, lines) => {
  const written: object[] = [];
  const logger = pino({ base: null }, { write: (line: string) => written.push(JSON.parse(line)) });
  logConntrack(logger, outcome);
  expect(written).toHaveLength(lines.length);
  expect(written).toMatchObject(lines);
});
