import fc from 'fast-check';
import { expect, test } from 'vitest';
import { find, services } from '../support/backend-tries.ts';

/** Some of many Services, few or all. */
const anyRefused = fc
  .record({
    all: fc.integer({ min: 0, max: 1_000 }).map(services),
    share: fc.constantFrom(0, 0.001, 0.01, 0.3, 1),
    chances: fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
      minLength: 1_000,
      maxLength: 1_000,
    }),
  })
  .map(({ all, share, chances }) => ({
    all,
    refused: new Set(all.filter((_, at) => (chances[at] ?? 0) < share)),
  }));

test('exactly those that are refused are found, each with its own reason, in r × (log2(n) + 4) + 1 tries', async () => {
  await fc.assert(
    fc.asyncProperty(anyRefused, async ({ all, refused }) => {
      const { found, tries } = await find(all, refused);
      expect([...found.keys()]).toEqual([...refused]);
      for (const [service, { message }] of found) expect(message).toBe(`not ${service}`);
      expect(tries).toBeLessThanOrEqual(refused.size * (Math.log2(Math.max(1, all.length)) + 4) + 1);
    }),
  );
});
