import { test } from 'vitest';
import { contestedHistory } from './any-history.ts';
import { checkHistories, longestTime } from './check-histories.ts';

test(
  'after any history of services that want the same addresses and ports both backends do what the plans say',
  { timeout: longestTime },
  () => checkHistories('contested', contestedHistory, 0.5),
);
