import { describe, expect, test } from 'vitest';
import { skippedLines, totalsLine } from '../../scripts/reporter.ts';

describe('the last line of a run', () => {
  test.each([
    [{ passed: 3, failed: 0, skipped: 0 }, '3 passed, 0 failed'],
    [{ passed: 3, failed: 1, skipped: 2 }, '3 passed, 1 failed, 2 skipped'],
    [{ passed: 0, failed: 0, skipped: 0 }, '0 passed, 0 failed'],
  ])('%o is "%s"', (totals, line) => {
    expect(totalsLine(totals)).toBe(line);
  });
});

describe('the reasons of skipped tests', () => {
  test('stand once, each with the files it holds for', () => {
    const skip = (file: string, reason: string) => ({ file, reason });
    expect(
      skippedLines([
        skip('test/a.test.ts', 'not root'),
        skip('test/b.test.ts', 'no kernel module'),
        skip('test/b.test.ts', 'not root'),
        skip('test/a.test.ts', 'not root'),
      ]),
    ).toEqual([
      'Skipped: not root',
      '  test/a.test.ts: 2 tests',
      '  test/b.test.ts: 1 test',
      'Skipped: no kernel module',
      '  test/b.test.ts: 1 test',
    ]);
  });
});
