import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createLogger, jsonFields } from '../../../src/telemetry/logs/logger.ts';

describe('what is logged', () => {
  test.each([
    [0, ['info']],
    [1, ['info']],
    [2, ['info', 'debug']],
    [3, ['info', 'debug']],
    [4, ['info', 'debug', 'trace']],
    [9, ['info', 'debug', 'trace']],
  ])('at -v %i is of the levels %j', async (verbosity, levels) => {
    for (const format of ['json', 'text'] as const) {
      const logger = await createLogger({ format, verbosity });
      expect(['info', 'debug', 'trace'].filter((level) => logger.isLevelEnabled(level))).toEqual(levels);
    }
  });

  test('has in JSON the fields of kube-proxy: ts in milliseconds, v, msg', () => {
    const lines: unknown[] = [];
    const logger = pino(
      { level: 'trace', base: null, ...jsonFields },
      { write: (line: string) => lines.push(JSON.parse(line)) },
    );
    const before = Date.now();
    logger.info({ service: 'default/web' }, 'hello');
    logger.debug('more');
    logger.trace('most');
    logger.error('bad');
    const ts = expect.toSatisfy((value: number) => value >= before && value <= Date.now());
    expect(lines).toEqual([
      { level: 'info', v: 0, ts, service: 'default/web', msg: 'hello' },
      { level: 'debug', v: 2, ts, msg: 'more' },
      { level: 'trace', v: 4, ts, msg: 'most' },
      { level: 'error', ts, msg: 'bad' },
    ]);
  });
});
