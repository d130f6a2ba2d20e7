import { expect, test } from 'vitest';
import { ToolError } from '../../src/backend/failure.ts';
import { findRefused } from '../../src/backend/find-refused.ts';
import type { ServiceKey } from '../../src/state/records.ts';
import { find, services } from '../support/backend-tries.ts';
import { serviceKey } from '../support/records.ts';

test.each([
  ['none of 10,000', 0, 1],
  ['one of 10,000', 1, 18],
  ['all of 10,000', 10_000, 20_100],
])('%s are found in no more tries than that takes', async (_, refused, tries) => {
  const all = services(10_000);
  const guilty = new Set(all.slice(0, refused));
  const result = await find(all, guilty);
  expect(result.found.size).toBe(refused);
  expect(result.tries).toBeLessThanOrEqual(tries);
});

test('no more than allowed are tried together, which costs a try for each group more', async () => {
  const all = services(10_000);
  const guilty = all.slice(4_321, 4_322);
  const result = await find(all, new Set(guilty), 250);
  expect([...result.found.keys()]).toEqual(guilty);
  expect(result.largest).toBe(250);
  expect(result.tries).toBeLessThanOrEqual(10_000 / 250 + Math.log2(250) + 4);
});

test('a Service that is not refused once more, alone, is not one of them', async () => {
  let calls = 0;
  const passing = async () => {
    calls += 1;
    return calls === 1 ? new ToolError('refused', 'busy') : undefined;
  };
  expect(await Array.fromAsync(findRefused(services(8), passing))).toEqual([]);
});

test('those that were found before a try failed stay found', async () => {
  const all = services(8);
  const found: ServiceKey[] = [];
  const failing = async (some: readonly ServiceKey[]) => {
    if (found.length > 0) throw new ToolError('unable', 'killed');
    return some.includes(all[0] ?? serviceKey('')) ? new ToolError('refused', 'no') : undefined;
  };
  const reading = async () => {
    for await (const [service] of findRefused(all, failing)) found.push(service);
  };
  await expect(reading()).rejects.toMatchObject({ failure: 'unable' });
  expect(found).toEqual([all[0]]);
});
