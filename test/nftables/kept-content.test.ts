import { describe, expect, test } from 'vitest';
import type { Change, ServiceRecord } from '../../src/state/records.ts';
import { endpointsOf, objects as objectsOf } from '../support/nftables/changes.ts';
import { outcomesFor, outcomesIn } from '../support/nftables/frontend-outcomes.ts';
import { proxy } from '../support/nftables/proxy.ts';
import { address, cidr, serviceKey, servicePort } from '../support/records.ts';

/** A Service of every frontend, and its slice. */
function objects(
  name: string,
  host: number,
  endpoints: readonly string[],
  overrides: Partial<ServiceRecord> = {},
): readonly [Change, Change] {
  const record: Partial<ServiceRecord> = {
    key: serviceKey(`default/${name}`),
    clusterIPs: [address(`10.96.0.${host}`)],
    loadBalancerIPs: [address(`203.0.113.${host}`)],
    loadBalancerSourceRanges: [cidr('198.51.100.0/24')],
    ports: [servicePort({ nodePort: 30_000 + host })],
    ...overrides,
  };
  const [service, slice] = objectsOf(record, endpoints);
  if (service === undefined || slice === undefined) throw new Error('a Service and its slice');
  return [service, slice];
}

const web = objects('web', 10, ['10.0.0.1']);
const other = objects('other', 20, ['10.0.0.2', '10.0.0.3']);
const sticky = objects('sticky', 30, ['10.0.0.4', '10.0.0.5'], { affinityTimeoutSeconds: 600 });
const all = [...web, ...other, ...sticky];
const withdrawn = ([{ kind, key }]: readonly [Change, Change]) =>
  ({ kind, key, record: undefined }) as Change;

/** A proxy that starts where all of these stand, and does not know all objects. */
async function restarted() {
  const before = proxy();
  await before.apply(all);
  const options = { keepsUnclaimed: true };
  const played = proxy({ tool: before.tool, options: () => options });
  const stood = before.tool.table('IPv4');
  before.tool.commits.length = 0;
  return { ...played, options, stood };
}

type Played = Awaited<ReturnType<typeof restarted>>;

/** What becomes of the packets to a host's frontends. */
function outcomesOf(table: Parameters<typeof outcomesIn>[0], host: number) {
  const isOf = (at: string) => at.includes(`.${host} `) || at.endsWith(`. ${30_000 + host}`);
  return Object.fromEntries(Object.entries(outcomesIn(table)).filter(([at]) => isOf(at)));
}

async function isIntact({ syncer }: Played): Promise<void> {
  expect(await syncer.inspect()).toEqual([]);
}

async function wholeTable(changes: readonly Change[]) {
  const whole = proxy();
  await whole.apply(changes);
  return whole.tool.table('IPv4');
}

describe('where not all objects are known, a first sync', () => {
  test('changes nothing where nothing is known', async () => {
    const played = await restarted();
    await played.apply([]);
    expect(played.tool.commits).toEqual([]);
    // Three Services have a ClusterIP, a load balancer IP and a node port each.
    expect(played.backends.IPv4.kept).toBe(9);
    await isIntact(played);
  });

  test('leaves what stands of unknown Services, and programs those that are known', async () => {
    const played = await restarted();
    await played.apply(objects('web', 10, ['10.0.0.9', '10.0.0.8']));
    await played.tidyUp();
    const table = played.tool.table('IPv4');
    for (const host of [20, 30]) expect(outcomesOf(table, host)).toEqual(outcomesOf(played.stood, host));
    expect(outcomesOf(table, 10)['services 10.96.0.10 . tcp . 80']).toEqual([
      '10.0.0.8:8080',
      '10.0.0.9:8080',
    ]);
    await isIntact(played);
  });

  test('leaves the endpoints of Services whose slices are not known', async () => {
    const played = await restarted();
    await played.apply([web[0], other[0], sticky[0]]);
    await played.tidyUp();
    const table = played.tool.table('IPv4');
    for (const host of [10, 20, 30])
      expect(outcomesOf(table, host)).toMatchObject(outcomesOf(played.stood, host));
    await isIntact(played);
  });

  test('lets a known Service have an address that an unknown one has', async () => {
    const played = await restarted();
    await played.apply(objects('thief', 20, ['10.0.0.7'], { loadBalancerSourceRanges: [] }));
    await played.tidyUp();
    const whole = await wholeTable(objects('thief', 20, ['10.0.0.7'], { loadBalancerSourceRanges: [] }));
    expect(outcomesOf(played.tool.table('IPv4'), 20)).toEqual(outcomesOf(whole, 20));
    await isIntact(played);
  });

  test('leaves a table of another version alone, and says why', async () => {
    const played = proxy({ options: () => ({ keepsUnclaimed: true }) });
    await played.tool.apply(
      'add table ip portolan\nadd set ip portolan cluster-ips { type inet_service; }\n',
    );
    const [outcome] = await played.tryApply(web);
    expect(outcome).toMatchObject({ result: 'failed' });
    expect(outcome?.result === 'failed' && outcome.error.message).toContain('of another version');
    expect([...played.tool.table('IPv4').sets.keys()]).toEqual(['cluster-ips']);
  });
});

describe('what stays for unknown Services', () => {
  test('is replaced when they become known', async () => {
    const played = await restarted();
    await played.apply(web);
    const now = [
      ...objects('other', 20, ['10.0.0.3', '10.0.0.8', '10.0.0.9']),
      ...objects('sticky', 30, ['10.0.0.5']),
    ];
    await played.apply(now);
    await played.tidyUp();
    const whole = await wholeTable([...web, ...now]);
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesIn(whole));
    expect(played.backends.IPv4.kept).toBe(0);
    await isIntact(played);
  });

  test('is replaced when the endpoints of a known Service become known', async () => {
    const played = await restarted();
    await played.apply([web[0], sticky[0]]);
    await played.apply([
      endpointsOf('default/web', ['10.0.0.5']),
      endpointsOf('default/sticky', ['10.0.0.6']),
    ]);
    await played.tidyUp();
    const table = played.tool.table('IPv4');
    expect(outcomesOf(table, 10)).toEqual(outcomesOf(await wholeTable(objects('web', 10, ['10.0.0.5'])), 10));
    expect(outcomesOf(table, 30)['services 10.96.0.30 . tcp . 80']).toEqual(['10.0.0.6:8080']);
    expect(outcomesOf(table, 20)).toEqual(outcomesOf(played.stood, 20));
    await isIntact(played);
  });

  test('keeps what it shares with a Service that was known and goes', async () => {
    const played = await restarted();
    // It has as many endpoints as the other, so both have the same chains.
    const twin = objects('twin', 40, ['10.0.0.2', '10.0.0.9']);
    await played.apply(twin);
    await played.apply([withdrawn(twin)]);
    await played.tidyUp();
    expect(outcomesOf(played.tool.table('IPv4'), 20)).toEqual(outcomesOf(played.stood, 20));
    expect(outcomesOf(played.tool.table('IPv4'), 40)).toEqual({});
    await isIntact(played);
  });

  test('goes with a Service that was known, though its endpoints were not', async () => {
    const played = await restarted();
    await played.apply([web[0], sticky[0]]);
    await played.apply([withdrawn(web), withdrawn(sticky)]);
    await played.tidyUp();
    expect(outcomesOf(played.tool.table('IPv4'), 10)).toEqual({});
    expect(outcomesOf(played.tool.table('IPv4'), 30)).toEqual({});
    expect(outcomesOf(played.tool.table('IPv4'), 20)).not.toEqual({});
    await isIntact(played);
  });

  test('goes when all objects are known', async () => {
    const played = await restarted();
    await played.apply([web[0]]);
    played.options.keepsUnclaimed = false;
    played.syncer.demandFull();
    await played.apply([]);
    await played.tidyUp();
    const [table, whole] = [played.tool.table('IPv4'), await wholeTable([web[0]])];
    expect(outcomesIn(table)).toEqual(outcomesIn(whole));
    expect([...table.chains.keys()].sort()).toEqual([...whole.chains.keys()].sort());
    expect([...table.elements.values()].filter(({ size }) => size > 0)).toHaveLength(whole.elements.size);
    expect(played.backends.IPv4.kept).toBe(0);
  });

  test('is only what stood at first: what was known since and went does not stay', async () => {
    const played = await restarted();
    const third = objects('third', 50, ['10.0.0.6']);
    await played.apply([...web, ...third]);
    played.syncer.demandFull();
    await played.apply([withdrawn(third)]);
    await played.tidyUp();
    expect(outcomesOf(played.tool.table('IPv4'), 50)).toEqual({});
    expect(outcomesOf(played.tool.table('IPv4'), 20)).toEqual(outcomesOf(played.stood, 20));
  });
});

test('after a sync with all objects nothing stays any more', async () => {
  const played = await restarted();
  played.options.keepsUnclaimed = false;
  await played.apply(all);
  played.options.keepsUnclaimed = true;
  played.syncer.demandFull();
  await played.apply([withdrawn(other)]);
  expect(outcomesIn(played.tool.table('IPv4'))).toEqual(outcomesFor(played.book.plans('IPv4')));
});
