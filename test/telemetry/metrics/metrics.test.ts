import { describe, expect, test } from 'vitest';
import type { ProxyMode } from '../../../src/config/proxy-config.ts';
import { ClusterState } from '../../../src/state/cluster-state.ts';
import type { SyncOutcome } from '../../../src/sync/sync-event.ts';
import { Metrics } from '../../../src/telemetry/metrics/metrics.ts';
import { service, serviceKey, slice } from '../../support/records.ts';
import { sample } from '../../support/telemetry/samples.ts';

function start(mode: ProxyMode = 'nftables') {
  const metrics = new Metrics({ mode, version: '1.2.3' });
  return { metrics, value: async (name: string) => sample(await metrics.text(), name) };
}

const synced = (outcome: SyncOutcome) => ({ family: outcome.family, kind: 'synced', outcome }) as const;
const about = { family: 'IPv4', changed: 1, services: [], milliseconds: 20 } as const;
const problem = { object: 'Service default/web', reason: 'left out' };
const pending = 'kubeproxy_sync_proxy_rules_service_changes_pending';
const change = { kind: 'Service', key: serviceKey('default/web'), record: service() } as const;

describe('a sync that is done', () => {
  test.each(['full', 'partial'] as const)('is counted as %s, with its time', async (scope) => {
    const { metrics, value } = start();
    metrics.hear(synced({ ...about, scope, result: 'done', refused: [problem], kept: 0 }));
    for (const name of ['', `_${scope}`]) {
      expect(await value(`kubeproxy_sync${name}_proxy_rules_duration_seconds_sum{ip_family="IPv4"}`)).toBe(
        0.02,
      );
    }
    expect(await value('portolan_refused_services{ip_family="IPv4"}')).toBe(1);
  });
});

describe('a sync that failed', () => {
  const failed = (scope: SyncOutcome['scope']): SyncOutcome => {
    return { ...about, scope, result: 'failed', error: new Error('no') };
  };
  const prefix = 'kubeproxy_sync_proxy_rules_';
  const counters = [
    'iptables_restore_failures',
    'iptables_partial_restore_failures',
    'nftables_sync_failures',
  ];
  test.each<[ProxyMode, SyncOutcome['scope'], readonly (number | undefined)[]]>([
    ['iptables', 'full', [1, 0, undefined]],
    ['iptables', 'partial', [1, 1, undefined]],
    ['nftables', 'full', [undefined, undefined, 1]],
    ['nftables', 'partial', [undefined, undefined, 1]],
  ])('in mode %s, %s, counts as kube-proxy counts it', async (mode, scope, expected) => {
    const { metrics, value } = start(mode);
    metrics.hear(synced(failed(scope)));
    const values = counters.map((name) => value(`${prefix}${name}_total{ip_family="IPv4"}`));
    expect(await Promise.all(values)).toEqual(expected);
    expect(await value(`${prefix}last_timestamp_seconds{ip_family="IPv4"}`)).toBeUndefined();
  });
});

test('a family that has nothing to do is up to date too', async () => {
  const { metrics, value } = start();
  const last = (family: string) =>
    value(`kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="${family}"}`);
  metrics.hear({ family: 'IPv6', kind: 'up to date' });
  const queued = await value('kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family="IPv6"}');
  expect(await last('IPv6')).toBeGreaterThanOrEqual(queued ?? Number.POSITIVE_INFINITY);
  expect(await last('IPv4')).toBeUndefined();
});

test('a removal of leftovers that failed is counted', async () => {
  const { metrics, value } = start();
  metrics.hear({ family: 'IPv6', kind: 'tidying failed', error: new Error('busy') });
  expect(await value('kubeproxy_sync_proxy_rules_nftables_cleanup_failures_total{ip_family="IPv6"}')).toBe(1);
});

describe('what waits', () => {
  const taken = (family: 'IPv4' | 'IPv6') => ({ family, kind: 'taken', changes: [] }) as const;

  test('is taken by the family that starts first', async () => {
    const { metrics, value } = start();
    metrics.changed([change], [change]);
    expect(await value(pending)).toBe(1);
    metrics.hear(taken('IPv6'));
    expect(await value(pending)).toBe(0);
  });

  test('is not what the state has no use for', async () => {
    const { metrics, value } = start();
    metrics.changed([{ ...change, record: undefined }], []);
    expect(await value(pending)).toBe(0);
    expect(await value('kubeproxy_sync_proxy_rules_service_changes_total')).toBe(1);
  });
});

test('objects are counted by kind, and as changes when they were loaded', async () => {
  const { metrics, value } = start();
  expect(await value('portolan_objects{kind="Service"}')).toBeUndefined();
  const state = new ClusterState('node-0');
  const record = slice([]);
  state.apply(change);
  state.apply({ kind: 'EndpointSlice', key: record.key, record });
  metrics.loaded(state);
  const kinds = ['Service', 'EndpointSlice', 'Node', 'ServiceCIDR'];
  const counts = kinds.map((kind) => value(`portolan_objects{kind="${kind}"}`));
  expect(await Promise.all(counts)).toEqual([1, 1, 0, 0]);
  expect(await value('kubeproxy_sync_proxy_rules_service_changes_total')).toBe(1);
});

test('conntrack is counted by what each pass did', async () => {
  const { metrics, value } = start();
  metrics.conntrack.conntrackReconciled({ family: 'IPv4', milliseconds: 30, result: 'done', deleted: 5 });
  metrics.conntrack.conntrackReconciled({
    family: 'IPv4',
    milliseconds: 20,
    result: 'failed',
    error: new Error('no'),
    again: false,
  });
  const prefix = 'kubeproxy_conntrack_reconciler_';
  expect(await value(`${prefix}sync_duration_seconds_sum{ip_family="IPv4"}`)).toBe(0.05);
  expect(await value(`${prefix}deleted_entries_total{ip_family="IPv4"}`)).toBe(5);
  expect(await value('portolan_conntrack_reconciler_failures_total{ip_family="IPv4"}')).toBe(1);
});

test('requests are counted by their answer, and one without any as client-go does', async () => {
  const { metrics, value } = start();
  const request = { method: 'GET', host: 'api:6443', seconds: 0.5 };
  metrics.api.requestDone({ ...request, code: 410 });
  metrics.api.requestDone({ ...request, code: undefined });
  metrics.api.following('Service', true);
  metrics.api.following('Node', false);
  for (const code of ['410', '<error>']) {
    expect(await value(`rest_client_requests_total{code="${code}",host="api:6443",method="GET"}`)).toBe(1);
  }
  expect(await value('rest_client_request_duration_seconds_count{host="api:6443",verb="GET"}')).toBe(2);
  expect(await value('portolan_api_watch_up{kind="Service"}')).toBe(1);
  expect(await value('portolan_api_watch_up{kind="Node"}')).toBe(0);
});

test('the build says what runs', async () => {
  const { value } = start();
  const labels = `version="1.2.3",node_version="${process.version}",mode="nftables"`;
  expect(await value(`portolan_build_info{${labels}}`)).toBe(1);
});
