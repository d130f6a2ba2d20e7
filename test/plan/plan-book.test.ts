import { describe, expect, test } from 'vitest';
import { families } from '../../src/net/family.ts';
import { PlanBook } from '../../src/plan/plan-book.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import type { Change, ServiceKey } from '../../src/state/records.ts';
import { address, context, endpoint, service, serviceKey, slice, sliceKey } from '../support/records.ts';

/** Services of one endpoint each. They are new objects in each call, and say the same. */
function objects(count: number): readonly Change[] {
  return Array.from({ length: count }, (_, index): readonly Change[] => {
    const key = serviceKey(`default/s${index}`);
    const ip = `${index >> 8}.${index & 255}`;
    const clusterIPs = [address(`10.96.${ip}`), address(`fd00:96::${(index + 1).toString(16)}`)];
    const pods = slice([endpoint(`10.244.${ip}`)], { key: sliceKey(`${key}-1`), service: key });
    return [
      { kind: 'Service', key, record: service({ key, clusterIPs }) },
      { kind: 'EndpointSlice', key: pods.key, record: pods },
    ];
  }).flat();
}

function start(changes: readonly Change[] = objects(2)) {
  const state = new ClusterState('node-0');
  const book = new PlanBook(state);
  const where = context({ holder: (claim) => state.holder(claim) });
  const apply = (more: readonly Change[]) => more.map((change) => state.apply(change));
  const take = (family: (typeof families)[number]) => book.take(family, () => where);
  apply(changes);
  for (const family of families) take(family);
  const put = (host: number, pods: readonly string[]) => {
    const key = serviceKey(`default/s${host}`);
    const record = slice(
      pods.map((pod) => endpoint(pod)),
      { key: sliceKey(`${key}-1`), service: key },
    );
    apply([{ kind: 'EndpointSlice', key: record.key, record }]);
  };
  return { state, book, apply, take, put };
}

const named = (changes: readonly { readonly service: ServiceKey }[]) => changes.map(({ service }) => service);

describe('a new list of the same objects', () => {
  test('of 10,000 Services changes no plan, and nothing is planned', () => {
    const { state, apply, take } = start(objects(10_000));
    expect(new Set(apply(objects(10_000)))).toEqual(new Set([false]));
    expect(state.hasDirty).toBe(false);
    expect(families.map(take)).toEqual([[], []]);
  });

  test('changes the one Service that is different in it', () => {
    const { apply, take } = start(objects(100));
    const [first] = objects(1);
    if (first?.kind !== 'Service' || first.record === undefined) throw new Error('a Service comes first');
    const record = { ...first.record, externalIPs: [address('192.0.2.1')] };
    apply([...objects(100).slice(1), { ...first, record }]);
    expect(named(take('IPv4'))).toEqual(['default/s0']);
  });

  test('of an unchanged ServiceCIDR or Node makes nothing dirty; a changed one all', () => {
    const { state, apply } = start();
    const cidr = (text: string) =>
      ({
        kind: 'ServiceCIDR',
        key: 'kubernetes',
        record: { name: 'kubernetes', cidrs: [text as never] },
      }) as const;
    expect(apply([cidr('10.96.0.0/12')])).toEqual([true]);
    state.takeDirty();
    expect(apply([cidr('10.96.0.0/12')])).toEqual([false]);
    expect(state.nodeChanged).toBe(false);
    expect(apply([cidr('10.96.0.0/16')])).toEqual([true]);
    expect(state.nodeChanged).toBe(true);
  });
});

describe('each family takes what changed when it can', () => {
  test('its plans stay as they are until then', () => {
    const { book, take, put } = start();
    const before = [...book.plans('IPv4')];
    put(0, ['10.244.0.9']);
    take('IPv6');
    expect([...book.plans('IPv4')]).toEqual(before);
    expect(named(take('IPv4'))).toEqual(['default/s0']);
    expect([...book.plans('IPv4')]).not.toEqual(before);
  });

  test('of many changes to a Service it takes one, from what it took before to what now is', () => {
    const { book, take, put } = start();
    const before = book.plans('IPv4').get(serviceKey('default/s0'));
    for (const host of [7, 8, 9]) {
      put(0, [`10.244.0.${host}`]);
      take('IPv6');
    }
    const changes = take('IPv4');
    expect(changes).toEqual([
      { service: 'default/s0', before, after: book.plans('IPv4').get(serviceKey('default/s0')) },
    ]);
    expect(changes[0]?.after[0]?.endpoints.cluster).toEqual([{ address: '10.244.0.9', port: 8080 }]);
    expect(take('IPv4')).toEqual([]);
  });

  test('a Service that came and went meanwhile is no change', () => {
    const { book, apply, take } = start([]);
    const [put] = objects(1);
    if (put?.kind !== 'Service') throw new Error('a Service comes first');
    apply([put]);
    take('IPv6');
    apply([{ ...put, record: undefined }]);
    take('IPv6');
    expect(book.hasChanges('IPv4')).toBe(false);
    expect(take('IPv4')).toEqual([]);
  });

  test('a change that leaves the plans as they are is told, as no change of them', () => {
    const { take, put } = start();
    put(0, ['10.244.0.9']);
    take('IPv6');
    put(0, ['10.244.0.0']);
    const [change] = take('IPv4');
    expect(change?.after).toBe(change?.before);
  });
});
