import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Family, families } from '../../src/net/family.ts';
import { serviceKey } from '../support/records.ts';
import type { Call, Course, FakeKernel } from '../support/sync/fake-kernel.ts';
import { stage, wanted } from '../support/sync/stage.ts';

/** What happens, one thing after another. */
type Happening =
  /** Time passes. */
  | { readonly what: 'wait'; readonly milliseconds: number }
  | { readonly what: 'put'; readonly host: number; readonly version: number }
  | { readonly what: 'remove'; readonly host: number }
  /** Everything is to be compared, as after a change of the node. */
  | { readonly what: 'demand' }
  /** So many calls of a kind fail next, in one family. */
  | { readonly what: 'fault'; readonly family: Family; readonly call: Call; readonly times: number }
  /** Somebody removes a Service's rules, or writes others. */
  | { readonly what: 'damage'; readonly family: Family; readonly host: number; readonly text?: string };

const host = fc.integer({ min: 1, max: 4 });
const family = fc.constantFrom(...families);
const call = fc.constantFrom<Call>('full', 'partial', 'tidy', 'schema', 'everything');
const text = fc.constantFrom({}, { text: 'other' });
const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .integer({ max: 1_200, min: 0 })
      .map((milliseconds) => ({ what: 'wait', milliseconds }) as const),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(host, fc.integer({ min: 1, max: 3 }))
      .map(([host, version]) => ({ what: 'put', host, version }) as const),
  },
  { weight: 1, arbitrary: host.map((host) => ({ what: 'remove', host }) as const) },
  { weight: 1, arbitrary: fc.constant({ what: 'demand' } as const) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(family, call, fc.integer({ min: 1, max: 6 }))
      .map(([family, call, times]) => ({ what: 'fault', family, call, times }) as const),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(family, host, text)
      .map(([family, host, more]) => ({ what: 'damage', family, host, ...more }) as const),
  },
);

/** Plays what happens, in as much time as it says; resolves to when something last did, a failure included. */
async function play(
  happenings: readonly Happening[],
  costs: readonly number[],
  staged: ReturnType<typeof stage>,
): Promise<number> {
  const { clock, kernels, put, remove, demandFull } = staged;
  const faults = { IPv4: new Faults(costs), IPv6: new Faults(costs) };
  for (const family of families) kernels[family].course = faults[family].course;
  let last = 0;
  for (const happening of happenings) {
    switch (happening.what) {
      case 'wait':
        await clock.pass(happening.milliseconds);
        continue;
      case 'put':
        put(happening.host, happening.version);
        break;
      case 'remove':
        remove(happening.host);
        break;
      case 'demand':
        demandFull();
        break;
      case 'fault':
        faults[happening.family].next(happening.call, happening.times);
        continue;
      case 'damage':
        damage(kernels[happening.family], happening.host, happening.text);
    }
    last = clock.now();
  }
  for (const family of families) faults[family].end();
  // What is under way may still fail.
  await clock.pass(Math.max(...costs));
  return Math.max(last, ...families.map((family) => lastFailure(kernels[family])));
}

/** How the calls of a backend go: each takes as long as the next of the costs says. */
class Faults {
  readonly #costs: readonly number[];
  readonly #left = new Map<Call, number>();
  #calls = 0;

  constructor(costs: readonly number[]) {
    this.#costs = costs;
  }

  next(call: Call, times: number): void {
    this.#left.set(call, times);
  }

  end(): void {
    this.#left.clear();
  }

  course = (call: Call): Course => {
    const left = this.#left.get(call) ?? 0;
    this.#left.set(call, left - 1);
    this.#calls += 1;
    return { takes: this.#costs[this.#calls % this.#costs.length] ?? 0, fails: left > 0 };
  };
}

function damage({ rules }: FakeKernel, host: number, text: string | undefined): void {
  const service = serviceKey(`default/s${host}`);
  if (text === undefined) rules.delete(service);
  else rules.set(service, text);
}

function lastFailure({ calls }: FakeKernel): number {
  return calls.findLast(({ result }) => result === 'failed')?.ended ?? 0;
}

/** The promise, for calls that cost so many milliseconds at most. */
function promised(mostCost: number, within: number, numRuns: number): Promise<void> {
  const costs = fc.array(fc.integer({ min: 0, max: mostCost }), { minLength: 1, maxLength: 7 });
  const happenings = fc.array(anyHappening, { maxLength: 16 });
  const periods = fc.constantFrom(0, 200);
  return fc.assert(
    fc.asyncProperty(happenings, costs, periods, async (happening, cost, minSyncPeriod) => {
      const staged = stage({ minSyncPeriod });
      const { clock, kernels, ending } = staged;
      const running = staged.run();
      const last = await play(happening, cost, staged);
      await clock.pass(Math.max(0, last + within - clock.now()));
      for (const family of families) {
        expect(kernels[family].violations).toEqual([]);
        expect(kernels[family].rules).toEqual(wanted(staged, family));
      }
      ending.abort();
      await clock.pass(mostCost);
      await running;
    }),
    { numRuns },
  );
}

test('whatever happens: a second after the last failure the kernel has what the plans say, in each family', async () => {
  await promised(20, 1_000, 10_000);
}, 120_000);

test('where calls take up to 3 s, it has so after the pauses that these cost', async () => {
  await promised(3_000, 150_000, 300);
}, 120_000);
