import { expect, test } from 'vitest';
import type { Family } from '../../src/net/family.ts';
import type { Removal } from '../../src/proxy/removals.ts';
import { TakeOver } from '../../src/proxy/take-over.ts';
import { FakeClock } from '../support/sync/fake-clock.ts';

/** Rules of another proxy: two parts in each family, which go when they are removed, unless they are stuck. */
function stage() {
  const clock = new FakeClock();
  const ending = new AbortController();
  const reports: string[] = [];
  const standing = new Set(['IPv4 tables', 'IPv4 chains', 'IPv6 tables', 'IPv6 chains']);
  const stuck = new Map<string, string>();
  const tries: string[] = [];
  const removal =
    (part: string): Removal =>
    async () => {
      tries.push(part);
      const reason = stuck.get(part);
      if (reason !== undefined) throw new Error(reason);
      return standing.delete(part) ? [part] : [];
    };
  const known = { all: true };
  const takeOver = new TakeOver({
    removalsOf: (family) => ['tables', 'chains'].map((part) => removal(`${family} ${part}`)),
    knowsAll: () => known.all,
    report: (message) => reports.push(message),
    clock,
    signal: ending.signal,
  });
  const inForce = async (family: Family) => {
    takeOver.hear({ family, kind: 'applied', applied: { scope: 'full', plans: new Map() }, isSettled: true });
    await takeOver.idle();
  };
  return { clock, ending, known, reports, standing, stuck, tries, takeOver, inForce };
}

test('nothing is removed before rules are in force', async () => {
  const { clock, takeOver, standing } = stage();
  takeOver.hear({ family: 'IPv4', kind: 'taken', changes: [] });
  takeOver.hear({ family: 'IPv4', kind: 'sync starts' });
  await clock.pass(60_000);
  expect(standing.size).toBe(4);
});

test('a family is taken over when its own rules are in force, whatever becomes of the other', async () => {
  const { standing, reports, inForce } = stage();
  await inForce('IPv4');
  expect([...standing]).toEqual(['IPv6 tables', 'IPv6 chains']);
  expect(reports).toEqual(['removed IPv4 tables', 'removed IPv4 chains']);
  await inForce('IPv6');
  expect([...standing]).toEqual([]);
});

test('it is taken over only when all objects are known: the old rules may carry the traffic of others', async () => {
  const { known, standing, inForce } = stage();
  known.all = false;
  await inForce('IPv4');
  expect(standing.size).toBe(4);
  known.all = true;
  await inForce('IPv4');
  expect([...standing]).toEqual(['IPv6 tables', 'IPv6 chains']);
});

test('it is taken over once', async () => {
  const { clock, tries, inForce } = stage();
  await inForce('IPv4');
  await inForce('IPv4');
  await clock.pass(3_600_000);
  expect(tries).toEqual(['IPv4 tables', 'IPv4 chains']);
});

test('what cannot be removed keeps nothing else, and is tried again later and later', async () => {
  const { clock, standing, stuck, reports, tries, inForce } = stage();
  stuck.set('IPv4 tables', 'busy');
  await inForce('IPv4');
  expect(reports).toEqual(['rules of another proxy may still stand: busy', 'removed IPv4 chains']);
  await clock.pass(6_900);
  expect(tries).toEqual(['IPv4 tables', 'IPv4 chains', 'IPv4 tables', 'IPv4 tables']);
  stuck.clear();
  await clock.pass(100);
  expect([...standing]).toEqual(['IPv6 tables', 'IPv6 chains']);
  expect(reports.slice(2)).toEqual(['removed IPv4 tables']);
});

test('nothing is tried any more when the proxy ends', async () => {
  const { clock, ending, stuck, tries, inForce } = stage();
  stuck.set('IPv4 tables', 'busy');
  await inForce('IPv4');
  ending.abort();
  await clock.pass(3_600_000);
  expect(tries).toHaveLength(2);
});
