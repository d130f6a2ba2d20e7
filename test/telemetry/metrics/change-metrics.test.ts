import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { type Family, families } from '../../../src/net/family.ts';
import type { Change } from '../../../src/state/records.ts';
import { ChangeMetrics } from '../../../src/telemetry/metrics/change-metrics.ts';
import { Instruments } from '../../../src/telemetry/metrics/instruments.ts';
import { endpoint, service, serviceKey, slice, sliceKey } from '../../support/records.ts';
import { sample } from '../../support/telemetry/samples.ts';

/** Metrics since second 1000, and clocks that the test sets in seconds. */
function start() {
  const clock = { seconds: 1_000 };
  const registry = new Registry();
  const now = () => clock.seconds * 1_000;
  const metrics = new ChangeMetrics(new Instruments(registry), { wall: now, steady: now });
  const value = async (name: string) => sample(await registry.metrics(), name);
  const histogram = async (name: string, family: Family) => ({
    count: await value(`${name}_count{ip_family="${family}"}`),
    sum: await value(`${name}_sum{ip_family="${family}"}`),
  });
  const changed = (changes: readonly Change[]) => metrics.changed(changes, changes);
  /** Both families begin a sync. */
  const taken = () => {
    for (const family of families) metrics.taken(family);
  };
  return { clock, metrics, value, histogram, changed, taken };
}

const programming = 'kubeproxy_network_programming_duration_seconds';
const lag = 'portolan_change_lag_seconds';

function sliceChange(triggeredSeconds?: number, name = 'web-1', family: Family = 'IPv4'): Change {
  const key = sliceKey(`default/${name}`);
  const record = slice([endpoint('10.244.0.1')], { key, family });
  const trigger = triggeredSeconds === undefined ? {} : { triggeredAt: triggeredSeconds * 1_000 };
  return { kind: 'EndpointSlice', key, record, ...trigger };
}

const sliceGone: Change = { kind: 'EndpointSlice', key: sliceKey('default/web-1'), record: undefined };
const serviceChange: Change = { kind: 'Service', key: serviceKey('default/web'), record: service() };

describe('the time of network programming', () => {
  test("goes from what the slice says to the end of its family's sync", async () => {
    const { clock, metrics, histogram, changed, taken } = start();
    changed([sliceChange(1_002)]);
    taken();
    clock.seconds = 1_005;
    metrics.applied('IPv6');
    metrics.applied('IPv4');
    expect(await histogram(programming, 'IPv4')).toEqual({ count: 1, sum: 3 });
    expect(await histogram(programming, 'IPv6')).toEqual({ count: 0, sum: 0 });
  });

  test('counts each change of a slice, and each slice', async () => {
    const { clock, metrics, histogram, changed, taken } = start();
    changed([sliceChange(1_001)]);
    changed([sliceChange(1_002)]);
    changed([sliceChange(1_003, 'web-2')]);
    taken();
    clock.seconds = 1_004;
    metrics.applied('IPv4');
    expect(await histogram(programming, 'IPv4')).toEqual({ count: 3, sum: 6 });
  });

  test.each<[string, readonly Change[]]>([
    ['what was triggered before the proxy started', [sliceChange(999)]],
    ['slices that do not say it', [sliceChange()]],
    ['slices that go before they were in force', [sliceChange(1_002), sliceGone]],
    ['Services', [serviceChange]],
  ])('leaves out %s', async (_, changes) => {
    const { metrics, histogram, changed, taken } = start();
    changed(changes);
    taken();
    metrics.applied('IPv4');
    expect(await histogram(programming, 'IPv4')).toEqual({ count: 0, sum: 0 });
  });

  test('leaves out what a sync failed to bring into force, as kube-proxy does', async () => {
    const { metrics, histogram, changed, taken } = start();
    changed([sliceChange(1_002)]);
    taken();
    taken();
    metrics.applied('IPv4');
    expect(await histogram(programming, 'IPv4')).toEqual({ count: 0, sum: 0 });
  });

  test('is of the next sync for what comes during one', async () => {
    const { clock, metrics, histogram, changed, taken } = start();
    taken();
    changed([sliceChange(1_002)]);
    metrics.applied('IPv4');
    for (const family of families) metrics.upToDate(family);
    expect(await histogram(programming, 'IPv4')).toEqual({ count: 0, sum: 0 });
    taken();
    clock.seconds = 1_003;
    metrics.applied('IPv4');
    expect(await histogram(programming, 'IPv4')).toEqual({ count: 1, sum: 1 });
  });

  test('is never less than nothing, where clocks differ', async () => {
    const { metrics, histogram, changed, taken } = start();
    changed([sliceChange(2_000)]);
    taken();
    metrics.applied('IPv4');
    expect(await histogram(programming, 'IPv4')).toEqual({ count: 1, sum: 0 });
  });
});

describe('the lag of a sync', () => {
  test('counts from its oldest change, once', async () => {
    const { clock, metrics, histogram, changed, taken } = start();
    changed([serviceChange]);
    clock.seconds = 1_001;
    changed([sliceChange()]);
    taken();
    clock.seconds = 1_003;
    metrics.applied('IPv4');
    for (const family of families) metrics.upToDate(family);
    expect(await histogram(lag, 'IPv4')).toEqual({ count: 1, sum: 3 });
  });

  test('goes on over syncs that fail', async () => {
    const { clock, metrics, histogram, changed, taken } = start();
    changed([serviceChange]);
    taken();
    metrics.applied('IPv6');
    clock.seconds = 1_030;
    changed([serviceChange]);
    taken();
    metrics.applied('IPv4');
    expect(await histogram(lag, 'IPv4')).toEqual({ count: 1, sum: 30 });
    expect(await histogram(lag, 'IPv6')).toEqual({ count: 1, sum: 0 });
  });

  test('does not go on where a change was nothing to the family', async () => {
    const { clock, metrics, histogram, changed, taken } = start();
    changed([serviceChange]);
    taken();
    for (const family of families) metrics.upToDate(family);
    clock.seconds = 1_030;
    taken();
    metrics.applied('IPv4');
    expect(await histogram(lag, 'IPv4')).toEqual({ count: 0, sum: 0 });
  });
});

describe('changes', () => {
  const names = ['service', 'endpoint'].flatMap((kind) =>
    ['total', 'pending'].map((what) => `kubeproxy_sync_proxy_rules_${kind}_changes_${what}`),
  );

  test('wait until a sync starts; Services are counted once, however often they change', async () => {
    const { metrics, value, changed, taken } = start();
    const values = () => Promise.all(names.map(value));
    metrics.loaded(10, 20);
    for (const change of [serviceChange, serviceChange, sliceChange(), sliceChange(), sliceGone]) {
      changed([change]);
    }
    expect(await values()).toEqual([12, 1, 23, 3]);
    taken();
    expect(await values()).toEqual([12, 0, 23, 0]);
  });

  test('that are nothing to this node are counted, and do not wait', async () => {
    const { clock, metrics, value, histogram, taken } = start();
    metrics.changed([serviceChange, sliceChange(1_001)], []);
    expect(await Promise.all(names.map(value))).toEqual([1, 0, 1, 0]);
    clock.seconds = 5_000;
    taken();
    metrics.applied('IPv4');
    expect(await histogram(lag, 'IPv4')).toEqual({ count: 0, sum: 0 });
    expect(await histogram(programming, 'IPv4')).toEqual({ count: 0, sum: 0 });
  });
});
