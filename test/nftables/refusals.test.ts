import { describe, expect, test } from 'vitest';
import { type Failure, ToolError } from '../../src/backend/failure.ts';
import { endpointsOf, objects, web } from '../support/nftables/changes.ts';
import { outcomesFor, outcomesIn } from '../support/nftables/frontend-outcomes.ts';
import { type FakedProxy, proxy } from '../support/nftables/proxy.ts';
import { address, serviceKey } from '../support/records.ts';

describe('a Service that the kernel does not take', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const five = names.flatMap((name, at) =>
    objects({ key: serviceKey(`default/${name}`), clusterIPs: [address(`10.96.0.${at + 1}`)] }, [
      `10.0.0.${at + 1}`,
      `10.0.1.${at + 1}`,
    ]),
  );
  const outcomesWithout = (played: FakedProxy, ...left: string[]) => {
    const plans = [...played.book.plans('IPv4')].filter(([key]) => !left.includes(key));
    return outcomesFor(new Map(plans));
  };

  test('is named and left out, and everything else is in force', async () => {
    const played = proxy();
    played.tool.refuses = /10\.0\.1\.4/;
    expect(await played.tryApply(five)).toMatchObject([
      {
        result: 'done',
        refused: [{ object: 'Service default/d', reason: expect.stringMatching(/^left out: .*10\.0\.1\.4/) }],
      },
      { result: 'done', refused: [] },
    ]);
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesWithout(played, 'default/d'));
    expect(await played.syncer.inspect()).toEqual([]);
  });

  test('is found by halves and confirmed, without a change in the kernel', async () => {
    const played = proxy();
    const many = Array.from({ length: 64 }, (_, at) =>
      objects({ key: serviceKey(`default/s${at}`), clusterIPs: [address(`10.96.0.${at}`)] }, [
        `10.0.0.${at + 100}`,
      ]),
    );
    played.tool.refuses = /10\.0\.0\.137/;
    const [outcome] = await played.tryApply(many.flat());
    expect(outcome).toMatchObject({ refused: [{ object: 'Service default/s37' }] });
    // The bare table, all, halves down to one, that one once more, and the rest.
    expect(played.tool.checks).toBeLessThanOrEqual(2 + Math.log2(64) + 1 + 2);
    expect(played.tool.commits.filter(({ family }) => family === 'IPv4')).toHaveLength(1);
  });

  test('is one of several that are found', async () => {
    const played = proxy();
    played.tool.refuses = /10\.0\.1\.[25]/;
    const [outcome] = await played.tryApply(five);
    expect(outcome).toMatchObject({
      refused: [{ object: 'Service default/b' }, { object: 'Service default/e' }],
    });
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesWithout(played, 'default/b', 'default/e'));
  });

  test('is tried again when it changes, and only then', async () => {
    const played = proxy();
    played.tool.refuses = /10\.0\.1\.4/;
    await played.tryApply(five);
    await played.tryApply([endpointsOf('default/a', ['10.0.0.9'])]);
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesWithout(played, 'default/d'));
    const [outcome] = await played.tryApply([endpointsOf('default/d', ['10.0.0.4'])]);
    expect(outcome).toMatchObject({ scope: 'partial', result: 'done', refused: [] });
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesWithout(played));
  });

  test('is out of mind when it goes', async () => {
    const played = proxy();
    played.tool.refuses = /10\.0\.1\.4/;
    await played.tryApply(five);
    const [outcome] = await played.tryApply([
      { kind: 'Service', key: serviceKey('default/d'), record: undefined },
    ]);
    expect(outcome).toMatchObject({ result: 'done', refused: [] });
  });

  test('by a change that is refused once more stays left out, and all else of the change comes into force', async () => {
    const played = proxy();
    played.tool.refuses = /10\.0\.1\.[49]/;
    await played.tryApply(five);
    const [outcome] = await played.tryApply([
      endpointsOf('default/d', ['10.0.1.9']),
      endpointsOf('default/a', ['10.0.0.9']),
    ]);
    expect(outcome).toMatchObject({
      scope: 'partial',
      result: 'done',
      refused: [{ object: 'Service default/d', reason: expect.stringContaining('10.0.1.9') }],
    });
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesWithout(played, 'default/d'));
  });

  test('is tried again by a full sync after its pause, which says when it ends', async () => {
    const played = proxy();
    played.tool.refuses = /10\.0\.1\.4/;
    await played.tryApply(five);
    expect(played.backends.IPv4.retryDelay).toBe(30_000);
    expect(played.backends.IPv6.retryDelay).toBeUndefined();
    played.tool.refuses = undefined;
    played.clock.now += 30_000;
    expect(played.backends.IPv4.retryDelay).toBe(0);
    played.syncer.demandFull();
    await played.syncer.sync();
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesWithout(played));
    expect(played.backends.IPv4.retryDelay).toBeUndefined();
  });

  test('leaves its old rules no longer in force, once a full sync refused the new ones', async () => {
    const played = proxy();
    await played.apply(five);
    played.tool.refuses = /10\.0\.0\.9/;
    const [failed] = await played.tryApply([endpointsOf('default/c', ['10.0.0.9'])]);
    expect(failed).toMatchObject({ scope: 'partial', result: 'failed' });
    await played.syncer.sync();
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesWithout(played, 'default/c'));
  });
});

describe('a failure', () => {
  test('of a partial sync is mended by the full one that follows', async () => {
    const played = proxy();
    await played.apply(web);
    played.tool.refuses = /add element/;
    const changes = [endpointsOf('default/web', ['10.0.0.7'])];
    expect(await played.tryApply(changes)).toMatchObject([{ scope: 'partial', result: 'failed' }]);
    played.tool.refuses = undefined;
    expect(await played.syncer.sync()).toMatchObject([{ scope: 'full', result: 'done' }]);
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesFor(played.book.plans('IPv4')));
  });

  test('of tidying is mended by the full sync that follows', async () => {
    const played = proxy();
    await played.apply(web);
    await played.apply([endpointsOf('default/web', ['10.0.0.7'])]);
    played.tool.refuses = /delete element/;
    played.clock.now += 1_000;
    await played.syncer.tidy();
    expect(played.syncer.needsFull).toBe(true);
    played.tool.refuses = undefined;
    await played.syncer.sync();
    await played.tidyUp();
    expect(played.tool.table('IPv4').elements.get('service-endpoints-tcp')?.size).toBe(1);
  });

  test.each<Failure>(['unable', 'unknown', 'permission', 'missing'])(
    'that is no fault of a Service (%s) is handed on, and no Service is sought for it',
    async (failure) => {
      const played = proxy();
      const error = new ToolError(failure, 'not for you');
      played.tool.fails = error;
      expect(await played.tryApply(web)).toMatchObject([
        { scope: 'full', result: 'failed', error },
        { scope: 'full', result: 'failed', error },
      ]);
      expect(played.tool.checks).toBe(0);
      played.tool.fails = undefined;
      await played.syncer.sync();
      expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesFor(played.book.plans('IPv4')));
    },
  );

  test('of the table itself costs a try for each sync, and no Service its rules', async () => {
    const played = proxy();
    const many = Array.from({ length: 200 }, (_, at) =>
      objects({ key: serviceKey(`default/s${at}`), clusterIPs: [address(`10.97.0.${at}`)] }, ['10.0.0.1']),
    );
    await played.apply(web);
    played.tool.refuses = /KUBE-REJECT|10\.97\.0\.199/;
    await played.tryApply(many.flat());
    for (let syncs = 1; syncs <= 3; syncs += 1) {
      expect(await played.syncer.sync()).toMatchObject([
        {
          result: 'failed',
          error: { failure: 'refused', message: expect.stringMatching(/^the rules that all Services share/) },
        },
      ]);
      expect(played.tool.checks).toBe(syncs);
    }
    expect(played.backends.IPv4.refused.size).toBe(0);
    const before = new Map([...played.book.plans('IPv4')].filter(([key]) => key === 'default/web'));
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesFor(before));
  });

  test('that no Service alone is guilty of is handed on', async () => {
    const played = proxy();
    played.tool.refuses = /^add element ip portolan /;
    const [outcome] = await played.tryApply(web);
    expect(outcome).toMatchObject({ result: 'failed', error: { failure: 'refused' } });
  });

  test('of a partial sync before any full one says so', async () => {
    const { backends } = proxy();
    await expect(backends.IPv4.syncChanges([])).rejects.toThrow('the first sync must be a whole one');
  });
});
