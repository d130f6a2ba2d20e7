import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/state/problem.ts';
import { logOutcome } from '../../../src/telemetry/logs/log-outcome.ts';
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
} as const;

describe('the log of syncs', () => {
  test('has a full one always', () => {
    const { logger, lines } = logLines('info');
    logOutcome(logger, { ...partial, scope: 'full' });
    expect(lines).toEqual([
      { level: 'info', msg: 'synced', family: 'IPv4', scope: 'full', changed: 2, milliseconds: 1.2 },
    ]);
  });

  test('has one of what changed from -v 2, with the number of Services', () => {
    const silent = logLines('info');
    logOutcome(silent.logger, partial);
    expect(silent.lines).toEqual([]);
    const { logger, lines } = logLines('debug');
    logOutcome(logger, { ...partial, services: [serviceKey('default/web'), serviceKey('default/api')] });
    expect(lines).toEqual([
      { level: 'debug', msg: 'synced', family: 'IPv4', scope: 'partial', changed: 2, milliseconds: 1.2 },
    ]);
  });

  test('names the Services from -v 4', () => {
    const { logger, lines } = logLines('trace');
    logOutcome(logger, { ...partial, services: [serviceKey('default/web'), serviceKey('default/api')] });
    logOutcome(logger, { ...partial, services: [serviceKey('default/web')] });
    expect(lines).toMatchObject([{ services: ['default/web', 'default/api'] }, { service: 'default/web' }]);
  });

  test('names twenty Services of many, and says how many more there are', () => {
    const { logger, lines } = logLines('trace');
    const services = Array.from({ length: 10_000 }, (_, index) => serviceKey(`default/s${index}`));
    logOutcome(logger, { ...partial, services });
    expect(lines).toMatchObject([{ services: services.slice(0, 20), more: 9_980 }]);
  });

  test('says once that the kernel refuses a Service, while it does', () => {
    const { logger, lines } = logLines('info');
    const refused: Problem[] = [{ object: 'Service default/web', reason: 'left out: no room' }];
    for (let sync = 0; sync < 3; sync++) logOutcome(logger, { ...partial, refused });
    logOutcome(logger, { ...partial, refused: refused.map((problem) => ({ ...problem })) });
    const line = { level: 'error', service: 'default/web', msg: 'Service default/web: left out: no room' };
    expect(lines).toEqual([line, line]);
  });

  test('has every failure', () => {
    const { logger, lines } = logLines('info');
    logOutcome(logger, { ...partial, result: 'failed', error: new Error('no room') });
    expect(lines).toMatchObject([{ level: 'error', msg: 'sync failed', error: 'no room' }]);
  });
});
