import { describe, expect, test } from 'vitest';
import { possibleAges } from '../../../src/kernel/iptables/recent.ts';

describe('the age of an entry of xt_recent', () => {
  test.for([
    { at: 'a minute after the start', uptime: 60, rates: [100, 250, 300, 1000], ages: [2] },
    {
      at: 'five minutes after the start, where every rate fits',
      uptime: 300,
      rates: [250],
      ages: [5, 2, 5 / 3, 0.5],
    },
    { at: 'soon after, where some fit', uptime: 305, rates: [250], ages: [2, 5 / 3] },
    { at: 'an hour after the start', uptime: 3600, rates: [100, 250, 300, 1000], ages: [2] },
    { at: 'a year after the start', uptime: 365 * 86400, rates: [100, 250, 300, 1000], ages: [2] },
  ])('$at', ({ uptime, rates, ages }) => {
    for (const rate of rates) {
      const now = 2 ** 32 + (uptime - 300) * rate;
      expect(possibleAges(now - 2 * rate, timerList(uptime, now))).toEqual(ages);
    }
  });

  test('is known although the first jiffies were counted late', () => {
    expect(possibleAges(4294972000, timerList(320.069, 4294972250))).toContain(1);
  });

  test.for([
    ['cannot be known of a kernel whose rate is none of the usual', timerList(3600, 2 ** 32 + 3300 * 64)],
    ['cannot be known where nothing can be read', ''],
  ] as const)('%s', ([, text]) => {
    expect(possibleAges(2 ** 32, text)).toEqual([]);
  });
});

function timerList(uptime: number, jiffies: number): string {
  return `Timer List Version: v0.10\nnow at ${uptime * 1e9} nsecs\n\ncpu: 0\njiffies: ${jiffies}\n`;
}
