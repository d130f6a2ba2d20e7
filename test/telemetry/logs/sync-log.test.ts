import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/state/problem.ts';
import type { SyncOutcome } from '../../../src/sync/sync-event.ts';
import { SyncLog } from '../../../src/telemetry/logs/sync-log.ts';
import { serviceKey } from '../../support/records.ts';
import { logLines } from '../../support/telemetry/log-lines.ts';

const partial = {
  family: 'IPv4',
  scope: 'partial',
  changed: 2,
  services: [],
  milliseconds: 1.23,
  result: 'done',
  refused: [],
  kept: 0,
} as const;

/** A log from a level on, and a clock that the test sets. */
function start(level: Parameters<typeof logLines>[0]) {
  const { logger, lines } = logLines(level);
  const clock = { now: 0 };
  const log = new SyncLog(logger, () => clock.now);
  const synced = (outcome: SyncOutcome) => log.hear({ family: outcome.family, kind: 'synced', outcome });
  return { lines, clock, log, synced };
}

describe('the log of syncs', () => {
  test('has a full one always', () => {
    const { lines, synced } = start('info');
    synced({ ...partial, scope: 'full' });
    expect(lines).toEqual([
      { level: 'info', msg: 'synced', family: 'IPv4', scope: 'full', changed: 2, milliseconds: 1.2 },
    ]);
  });

  test('has one of what changed from -v 2, with the number of Services', () => {
    const silent = start('info');
    silent.synced(partial);
    expect(silent.lines).toEqual([]);
    const { lines, synced } = start('debug');
    synced({ ...partial, services: [serviceKey('default/web'), serviceKey('default/api')] });
    expect(lines).toEqual([
      { level: 'debug', msg: 'synced', family: 'IPv4', scope: 'partial', changed: 2, milliseconds: 1.2 },
    ]);
  });

  test('names the Services from -v 4', () => {
    const { lines, synced } = start('trace');
    synced({ ...partial, services: [serviceKey('default/web'), serviceKey('default/api')] });
    synced({ ...partial, services: [serviceKey('default/web')] });
    expect(lines).toMatchObject([{ services: ['default/web', 'default/api'] }, { service: 'default/web' }]);
  });

  test('names twenty Services of many, and says how many more there are', () => {
    const { lines, synced } = start('trace');
    const services = Array.from({ length: 10_000 }, (_, index) => serviceKey(`default/s${index}`));
    synced({ ...partial, services });
    expect(lines).toMatchObject([{ services: services.slice(0, 20), more: 9_980 }]);
  });

  test('says once that the kernel refuses a Service, while it does', () => {
    const { lines, synced } = start('info');
    const refused: Problem[] = [{ object: 'Service default/web', reason: 'left out: no room' }];
    for (let sync = 0; sync < 3; sync++) synced({ ...partial, refused });
    synced({ ...partial, refused: refused.map((problem) => ({ ...problem })) });
    const line = { level: 'error', service: 'default/web', msg: 'Service default/web: left out: no room' };
    expect(lines).toEqual([line, line]);
  });

  test('says when other rules stay than before, and for which family', () => {
    const { lines, synced } = start('info');
    for (const kept of [0, 3, 3, 2, 0, 0]) synced({ ...partial, kept });
    synced({ ...partial, family: 'IPv6', kept: 2 });
    const msg = expect.stringContaining('rules stay that no object describes');
    expect(lines).toEqual([
      { level: 'warn', family: 'IPv4', kept: 3, msg },
      { level: 'warn', family: 'IPv4', kept: 2, msg },
      { level: 'warn', family: 'IPv6', kept: 2, msg },
    ]);
  });

  test('has a failure when its words are new, and every half a minute, however often it is tried again', () => {
    const { lines, clock, synced } = start('info');
    const fails = (message: string) => synced({ ...partial, result: 'failed', error: new Error(message) });
    for (clock.now = 0; clock.now < 65_000; clock.now += 500) fails('no room');
    const line = { level: 'error', msg: 'sync failed', family: 'IPv4', error: 'no room' };
    expect(lines).toMatchObject([line, line, line]);
    fails('not permitted');
    expect(lines.at(-1)).toMatchObject({ msg: 'sync failed', error: 'not permitted' });
    synced(partial);
    fails('not permitted');
    expect(lines).toHaveLength(5);
  });

  test("has somebody else's changes, and looks that failed", () => {
    const { lines, log } = start('info');
    log.hear({ family: 'IPv6', kind: 'damaged' });
    for (const family of ['IPv4', 'IPv4', 'IPv6'] as const) {
      log.hear({ family, kind: 'look failed', look: 'schema', error: new Error('no memory') });
    }
    expect(lines).toEqual([
      { level: 'warn', families: ['IPv6'], msg: 'somebody changed the rules; mending them' },
      { level: 'warn', family: 'IPv4', error: 'no memory', msg: 'the rules cannot be read back' },
      { level: 'warn', family: 'IPv6', error: 'no memory', msg: 'the rules cannot be read back' },
    ]);
  });
});
