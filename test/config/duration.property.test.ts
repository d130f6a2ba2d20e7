import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, fromNanoseconds, parseDuration } from '../../src/config/duration.ts';

describe('a printed duration', () => {
  test('reads as the same duration, over all that Go can hold', () => {
    const longest = 2n ** 63n - 1n;
    fc.assert(
      fc.property(fc.bigInt({ min: -longest, max: longest }), (nanoseconds) => {
        const duration = fromNanoseconds(nanoseconds);
        // The last digits of the very longest round beyond Go's limit.
        fc.pre(Math.abs(duration) < 9_223_372_036_854);
        expect(parseDuration(formatDuration(duration))).toBe(duration);
      }),
    );
  });

  test('is exact to the nanosecond, up to three weeks', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (nat) => {
        const nanoseconds = BigInt(nat) % 1_814_400_000_000_000n;
        const printed = formatDuration(fromNanoseconds(nanoseconds));
        expect(parseDuration(printed)).toBe(fromNanoseconds(nanoseconds));
        expect(formatDuration(fromNanoseconds(nanoseconds + 1n))).not.toBe(printed);
      }),
    );
  });
});
