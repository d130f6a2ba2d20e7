import { test } from 'vitest';
import { contestedHistory } from '../support/equivalence/any-history.ts';
import { checkHistories, longestTime } from '../support/equivalence/check-histories.ts';

test(
  'after any history of services that want the same addresses and ports both backends do what the plans say',
  { timeout: longestTime },
  () => checkHistories('contested', contestedHistory, 0.5),
);
