import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextLook, pauseAfterFailure } from '../../src/sync/pace.ts';

const failures = fc.integer({ min: 1, max: 100 });
const milliseconds = fc.integer({ min: 0, max: 600_000 });

describe('after a failure', () => {
  test.each([
    ['a try that costs nothing', 1, 0, 500],
    ['the hundredth such try', 100, 0, 500],
    ['a try of 3 s', 1, 3_000, 500],
    ['the second try of 3 s', 2, 3_000, 1_000],
    ['the sixth', 6, 3_000, 16_000],
    ['the tenth', 10, 3_000, 30_000],
    ['the fifth try of 200 ms', 5, 200, 2_000],
  ])('%s', (_, count, took, pause) => {
    expect(pauseAfterFailure(count, took)).toBe(pause);
  });

  test('the pause is half a second at least and half a minute at most, and no shorter after more failures', () => {
    fc.assert(
      fc.property(failures, milliseconds, (count, took) => {
        const pause = pauseAfterFailure(count, took);
        expect(pause).toBeGreaterThanOrEqual(500);
        expect(pause).toBeLessThanOrEqual(30_000);
        expect(pauseAfterFailure(count + 1, took)).toBeGreaterThanOrEqual(pause);
      }),
    );
  });
});

test.each([
  ['a short look: 900 ms after its start', 0, 15, 900],
  ['one of 40 ms', 0, 40, 1_040],
  ['one of 8 s: a minute after its end', 100, 8_100, 68_100],
])('the next look after %s', (_, started, ended, next) => {
  expect(nextLook({ started, ended })).toBe(next);
});
