import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import type { History } from '../support/equivalence/any-history.ts';
import { historiesPath } from '../support/equivalence/check-histories.ts';
import { playHistory } from '../support/equivalence/play.ts';

describe('a history that once failed', () => {
  test.each(readdirSync(historiesPath))('%s', async (name) => {
    const history: History = JSON.parse(readFileSync(join(historiesPath, name), 'utf8'));
    await playHistory(history);
  });
});
