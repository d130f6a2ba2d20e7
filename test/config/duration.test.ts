import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/config/duration.ts';

describe('a duration is read as Go writes it', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['-0s', 0],
    ['5s', 5_000],
    ['+5s', 5_000],
    ['-5s', -5_000],
    ['1h2m3.5s', 3_723_500],
    ['.5m', 30_000],
    ['1.s', 1_000],
    ['24h', 86_400_000],
    ['300ms', 300],
    ['1us', 0.001],
    ['1\u00b5s', 0.001],
    ['1\u03bcs', 0.001],
    ['1ns', 0.000001],
    ['0.9ns', 0],
    ['1s1h', 3_601_000],
  ])('%s is %d ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each(['', '5', 's', '5 s', '5d', '1h-2m', '--5s', '.s', '1,5s', '1e3s', '2562048h', '5S'])(
    '%j is no duration',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('a duration is printed as Go prints it', () => {
  test.each([
    ['0h', '0s'],
    ['30s', '30s'],
    ['15m', '15m0s'],
    ['24h', '24h0m0s'],
    ['90m1.5s', '1h30m1.5s'],
    ['0.1s', '100ms'],
    ['1500us', '1.5ms'],
    ['1us', '1\u00b5s'],
    ['20ns', '20ns'],
    ['-90s', '-1m30s'],
  ])('%s as %s', (text, expected) => {
    const parsed = parseDuration(text);
    expect(parsed === undefined ? undefined : formatDuration(parsed)).toBe(expected);
  });
});
