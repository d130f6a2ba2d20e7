import { describe, expect, test } from 'vitest';
import { type Failure, ToolError } from '../../src/backend/failure.ts';
import { RefusedServices } from '../../src/backend/refused-services.ts';
import type { FamilyPlans } from '../../src/plan/plan-change.ts';
import { planService } from '../../src/plan/plan-service.ts';
import type { ServiceKey } from '../../src/state/records.ts';
import { services } from '../support/backend-tries.ts';
import { context, service } from '../support/records.ts';

/** A kernel without rules, which takes and refuses Services. */
class FakeKernel {
  readonly refuses = new Set<ServiceKey>();
  refusesBareTable = false;
  /** With what each call fails, in turn; after them none does. */
  readonly failures: Failure[] = [];
  inForce: readonly ServiceKey[] = [];
  readonly calls: string[] = [];
  readonly largestTry = 100;

  async bringIntoForce(plans: FamilyPlans): Promise<void> {
    this.calls.push(`apply ${plans.size}`);
    const refusal = this.#refusal(plans);
    if (refusal !== undefined) throw refusal;
    this.inForce = [...plans.keys()];
  }

  async refusalOf(plans: FamilyPlans): Promise<ToolError | undefined> {
    this.calls.push(`try ${plans.size}`);
    return this.#refusal(plans);
  }

  #refusal(plans: FamilyPlans): ToolError | undefined {
    const failure = this.failures.shift();
    if (failure !== undefined && failure !== 'refused') throw new ToolError(failure, failure);
    const first = [...plans.keys()].find((service) => this.refuses.has(service));
    if (this.refusesBareTable) return new ToolError('refused', 'no such module');
    return first === undefined && failure === undefined
      ? undefined
      : new ToolError('refused', `not ${first}`);
  }
}

function refused(count = 10) {
  const all = services(count);
  const plans: FamilyPlans = new Map(all.map((service) => [service, []]));
  const clock = { now: 0 };
  const kernel = new FakeKernel();
  const some = new RefusedServices(() => clock.now);
  const sync = () => some.bringIntoForce(plans, kernel);
  const [first = '' as ServiceKey] = all;
  return { all, first, plans, clock, kernel, refused: some, sync };
}

const tries = ({ calls }: FakeKernel) => calls.splice(0).filter((call) => call.startsWith('try')).length;

describe('where the kernel does not take the table without any Service', () => {
  test('that is said, after one try and whatever the number of Services; none of them is refused', async () => {
    const { kernel, refused: some, sync } = refused(100);
    kernel.refusesBareTable = true;
    await expect(sync()).rejects.toMatchObject({
      failure: 'refused',
      message: 'the rules that all Services share are refused: no such module',
    });
    expect(kernel.calls.splice(0)).toEqual(['apply 100', 'try 0']);
    expect(some.problems.size).toBe(0);
  });

  test('a later sync tries that first, and nothing else', async () => {
    const { kernel, sync } = refused(100);
    kernel.refusesBareTable = true;
    await expect(sync()).rejects.toThrow();
    kernel.calls.length = 0;
    await expect(sync()).rejects.toThrow('the rules that all Services share');
    expect(kernel.calls.splice(0)).toEqual(['try 0']);
    kernel.refusesBareTable = false;
    await sync();
    expect(kernel.calls).toEqual(['try 0', 'apply 100']);
    expect(kernel.inForce).toHaveLength(100);
  });
});

describe('a Service that the kernel does not take', () => {
  test('is left out, and is not looked for by later syncs', async () => {
    const { all, first, kernel, refused: some, sync } = refused();
    kernel.refuses.add(first);
    await sync();
    expect(some.problems.get(first)).toEqual({
      object: `Service ${first}`,
      reason: `left out: not ${first}`,
    });
    expect(kernel.inForce).toEqual(all.slice(1));
    kernel.calls.length = 0;
    await sync();
    expect(kernel.calls).toEqual(['apply 9']);
  });

  test('is tried again by a full sync after 30 s, and then after twice as long, up to 10 minutes', async () => {
    const { first, clock, kernel, refused: some, sync } = refused();
    kernel.refuses.add(first);
    await sync();
    const problem = some.problems.get(first);
    for (const seconds of [30, 60, 120, 240, 480, 600, 600]) {
      expect(some.retryDelay).toBe(seconds * 1_000);
      clock.now += seconds * 1_000 - 1;
      tries(kernel);
      await sync();
      expect(tries(kernel)).toBe(0);
      clock.now += 1;
      expect(some.retryDelay).toBe(0);
      await sync();
      expect(tries(kernel)).toBe(2);
      // Who logs each problem once, knows it by its object.
      expect(some.problems.get(first)).toBe(problem);
    }
  });

  test('is in force again when the kernel takes it', async () => {
    const { all, first, clock, kernel, refused: some, sync } = refused();
    kernel.refuses.add(first);
    await sync();
    kernel.refuses.clear();
    clock.now += 30_000;
    await sync();
    expect(kernel.inForce).toEqual(all);
    expect(some.problems.size).toBe(0);
    expect(some.retryDelay).toBeUndefined();
  });

  test('is tried alone when it changes, with nothing before the change', async () => {
    const { all, first, plans, kernel, refused: some, sync } = refused();
    kernel.refuses.add(first);
    await sync();
    const ports = planService(service(), [], context());
    const changes = all.slice(0, 2).map((service) => ({ service, before: ports, after: ports }));
    tries(kernel);
    expect(await some.changesInForce(changes, kernel)).toEqual(changes.slice(1));
    expect(tries(kernel)).toBe(2);
    kernel.refuses.clear();
    expect(await some.changesInForce(changes, kernel)).toEqual([
      { service: first, before: [], after: ports },
      ...changes.slice(1),
    ]);
    expect(some.accepted(plans)).toBe(plans);
  });

  test.each(['gone', 'without ports'])('is forgotten when it is %s', async (how) => {
    const { first, plans, kernel, refused: some, sync } = refused();
    kernel.refuses.add(first);
    await sync();
    if (how === 'gone')
      await some.bringIntoForce(new Map([...plans].filter(([service]) => service !== first)), kernel);
    else await some.changesInForce([{ service: first, before: [], after: [] }], kernel);
    expect(some.problems.size).toBe(0);
  });

  test('is one of many that wait their turn, so that one sync does not try all again', async () => {
    const { all, clock, kernel, refused: some, sync } = refused(100);
    for (const service of all) kernel.refuses.add(service);
    await sync();
    expect(some.problems.size).toBe(100);
    tries(kernel);
    clock.now += 30_000;
    await sync();
    expect(tries(kernel)).toBeLessThanOrEqual(64 * 2 + 21);
    expect(some.retryDelay).toBe(30_000);
  });
});

describe('what is no refusal takes nothing away', () => {
  test.each<Failure>(['unable', 'unknown', 'permission', 'missing', 'interrupted'])(
    'a failure that is "%s" is handed on at once, and no Service is looked for',
    async (failure) => {
      const { kernel, refused: some, sync } = refused();
      kernel.failures.push(failure);
      await expect(sync()).rejects.toMatchObject({ failure });
      expect(kernel.calls).toEqual(['apply 10']);
      expect(some.problems.size).toBe(0);
    },
  );

  test('a refusal that is not confirmed: the whole is tried once more, and taken', async () => {
    const { all, kernel, refused: some, sync } = refused();
    kernel.failures.push('refused');
    await sync();
    expect(kernel.inForce).toEqual(all);
    expect(some.problems.size).toBe(0);
  });

  test('what was found before the tool failed is known to the sync that follows', async () => {
    const { all, kernel, refused: some, sync } = refused(64);
    for (const service of [all[3], all[40]]) if (service !== undefined) kernel.refuses.add(service);
    const failing = {
      largestTry: 64,
      bringIntoForce: (plans: FamilyPlans) => kernel.bringIntoForce(plans),
      refusalOf: async (plans: FamilyPlans) => {
        if (some.problems.size === 1) throw new ToolError('unable', 'killed');
        return kernel.refusalOf(plans);
      },
    };
    await expect(some.bringIntoForce(new Map(all.map((service) => [service, []])), failing)).rejects.toThrow(
      'killed',
    );
    expect([...some.problems.keys()]).toEqual([all[3]]);
    await sync();
    expect([...some.problems.keys()]).toEqual([all[3], all[40]]);
    expect(kernel.inForce).toHaveLength(62);
  });

  test('Services that are refused only together: none is left out, and the sync has failed', async () => {
    const { all, kernel, refused: some } = refused();
    const together = {
      largestTry: 100,
      bringIntoForce: () => Promise.reject(new ToolError('refused', 'together')),
      refusalOf: (plans: FamilyPlans) => kernel.refusalOf(plans),
    };
    const plans: FamilyPlans = new Map(all.map((service) => [service, []]));
    await expect(some.bringIntoForce(plans, together)).rejects.toThrow('together');
    expect(some.problems.size).toBe(0);
  });
});
