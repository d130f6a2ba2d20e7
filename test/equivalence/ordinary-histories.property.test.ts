import { test } from 'vitest';
import { ordinaryHistory } from '../support/equivalence/any-history.ts';
import { checkHistories, longestTime } from '../support/equivalence/check-histories.ts';

test(
  'after any history of services of every kind both backends do what the plans say',
  { timeout: longestTime },
  () => checkHistories('ordinary', ordinaryHistory, 0.47),
);
