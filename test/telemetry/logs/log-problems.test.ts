import { describe, expect, test } from 'vitest';
import { ProblemLog } from '../../../src/telemetry/logs/problem-log.ts';
import { logLines } from '../../support/telemetry/log-lines.ts';

describe('the log of problems', () => {
  test('has the Service as a field, and its words name it too', () => {
    const { logger, lines } = logLines('info');
    new ProblemLog(logger).report([
      { object: 'Service default/web', field: 'spec.type', reason: 'must be a string' },
      { object: 'objects/a.yaml', reason: 'cannot be read' },
    ]);
    expect(lines).toEqual([
      { level: 'error', service: 'default/web', msg: 'Service default/web: spec.type: must be a string' },
      { level: 'error', object: 'objects/a.yaml', msg: 'objects/a.yaml: cannot be read' },
    ]);
  });

  test('has each once, however often it is found again', () => {
    const { logger, lines } = logLines('info');
    const log = new ProblemLog(logger);
    const many = Array.from({ length: 20_000 }, (_, index) => ({
      object: `Service default/s${index}`,
      reason: 'is bad',
    }));
    for (let round = 0; round < 3; round++) log.report(many);
    expect(lines).toHaveLength(20_000);
  });
});
