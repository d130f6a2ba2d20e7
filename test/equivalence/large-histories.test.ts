import { test } from 'vitest';
import { largeHistory } from './any-history.ts';
import { checkHistories, longestTime } from './check-histories.ts';

test(
  'after any history of services with hundreds of endpoints both backends do what the plans say',
  { timeout: longestTime },
  () => checkHistories('large', largeHistory, 0.03),
);
