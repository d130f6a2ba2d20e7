import { test } from 'vitest';
import { largeHistory } from '../support/equivalence/any-history.ts';
import { checkHistories, longestTime } from '../support/equivalence/check-histories.ts';

test(
  'after any history of services with hundreds of endpoints both backends do what the plans say',
  { timeout: longestTime },
  () => checkHistories('large', largeHistory, 0.03),
);
