import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { ProxyMode } from '../../src/config/proxy-config.ts';
import { objectsFolder } from '../support/cli/objects.ts';
import { inSandbox } from '../support/cli/sandbox.ts';
import { sharedPath, sharedUnavailable } from '../support/conformance/shared.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';
import { readMetrics, sample } from '../support/telemetry/samples.ts';

const unavailable = labUnavailable() ?? iptablesUnavailable('nft');
if (unavailable !== undefined) test('the servers of a proxy that runs', ({ skip }) => skip(unavailable));

/** A load balancer with endpoints on this node and on another; `$` stands for what changes. */
const objects = (ready: boolean, deleted: boolean) => `apiVersion: v1
kind: Node
metadata: {name: node-0${deleted ? ', deletionTimestamp: "2026-11-21T03:17:05Z"' : ''}}
status: {addresses: [{type: InternalIP, address: 127.0.0.1}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: LoadBalancer
  clusterIP: 10.96.0.10
  externalTrafficPolicy: Local
  healthCheckNodePort: 30500
  ports: [{name: http, protocol: TCP, port: 80, nodePort: 30080}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: web-1
  namespace: shop
  labels: {kubernetes.io/service-name: web}
  annotations: {endpoints.kubernetes.io/last-change-trigger-time: "${ready ? '2020-01-01T00:00:00Z' : '2120-01-01T00:00:00Z'}"}
addressType: IPv4
ports: [{name: http, protocol: TCP, port: 8080}]
endpoints:
- {addresses: [10.244.0.10], nodeName: node-0, conditions: {ready: ${ready}}}
- {addresses: [10.244.1.10], nodeName: node-1}
`;

/** Asks, and waits for what is to become true. */
const waiting = `
  until_true() { for i in $(seq 300); do "$@" && return 0; read -t 0.1 <>/run/never; done; echo "never: $*"; return 1; }
  mkfifo /run/never
  ask() { curl -s --path-as-is "$@"; }
  answers() { [ "$(ask -o /run/answer -w '%{http_code}' "$1")" = "$2" ]; }`;

/** Asks everything; then the local endpoint goes, and then the node. */
const script = `${waiting}
  health=127.0.0.1:10256 metrics=127.0.0.1:10249 check=127.0.0.1:30500
  "$PORTOLAN" run --source "$SOURCE" --proxy-mode "$MODE" --hostname-override node-0 --nodeport-addresses 127.0.0.0/8 & pid=$!
  until_true answers $check/ 200 || exit 3
  ask -D "$OUT/check.head" -o "$OUT/check.body" $check/any/path
  answers $health/healthz 200 && answers $health/livez 200 || exit 4
  answers $metrics/healthz 200 && answers $metrics/configz 200 && answers $metrics/flagz 200 || exit 5
  answers $metrics/statusz 200 && answers $metrics/debug/pprof/ 404 || exit 6
  [ "$(ask $metrics/proxyMode)" = "$MODE" ] || exit 7
  cp "$OUT/2.yaml" "$SOURCE/.draft" && mv "$SOURCE/.draft" "$SOURCE/a.yaml"
  until_true answers $check/ 503 || exit 8
  cp "$OUT/3.yaml" "$SOURCE/.draft" && mv "$SOURCE/.draft" "$SOURCE/a.yaml"
  until_true answers $health/healthz 503 || exit 9
  answers $health/livez 200 || exit 10
  until_true eval 'ask $metrics/metrics | grep -q "^kubeproxy_sync_partial.*_count{ip_family=\\"IPv4\\"} [1-9]"' || exit 11
  ask $metrics/metrics >"$OUT/metrics"
  kill -TERM $pid; wait $pid`;

async function live(mode: ProxyMode) {
  await using source = await objectsFolder({ 'a.yaml': objects(true, false) });
  await using out = await objectsFolder({ '2.yaml': objects(false, false), '3.yaml': objects(false, true) });
  const { exitCode, stdout, stderr } = await inSandbox(script, {
    env: { SOURCE: source.path, OUT: out.path, MODE: mode },
  });
  expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: '' });
  const [head, body, metrics] = await Promise.all(
    ['check.head', 'check.body', 'metrics'].map((name) => readFile(`${out.path}/${name}`, 'utf8')),
  );
  return { head, body, metrics: metrics ?? '' };
}

describe.skipIf(unavailable).each<ProxyMode>(['iptables', 'nftables'])(
  'a proxy that runs in mode %s',
  (mode) => {
    test('answers on all its ports, and follows its objects', async () => {
      const { head, body, metrics } = await live(mode);
      expect(head).toContain('X-Load-Balancing-Endpoint-Weight: 1\r\n');
      expect(JSON.parse(body ?? '')).toEqual({
        service: { namespace: 'shop', name: 'web' },
        localEndpoints: 1,
        serviceProxyHealthy: true,
      });
      const external = 'ip_family="IPv4",traffic_policy="external"';
      expect(sample(metrics, `kubeproxy_sync_proxy_rules_no_local_endpoints_total{${external}}`)).toBe(1);
      expect(sample(metrics, 'kubeproxy_network_programming_duration_seconds_count{ip_family="IPv4"}')).toBe(
        1,
      );
      expect(sample(metrics, 'portolan_objects{kind="Service"}')).toBe(1);
      if (mode === 'iptables') {
        const rules = sample(
          metrics,
          'kubeproxy_sync_proxy_rules_iptables_total{ip_family="IPv4",table="nat"}',
        );
        expect(rules).toBeGreaterThan(10);
      }
      if (sharedUnavailable() === undefined) await expectReference(metrics, mode);
    });
  },
);

describe.skipIf(unavailable)('two servers on one port', () => {
  const both = '--bind-address-hard-fail --healthz-bind-address 127.0.0.1:10249';

  test('end the proxy with bindAddressHardFail, before it programs anything', async () => {
    await using source = await objectsFolder({ 'a.yaml': objects(true, false) });
    const { exitCode, stderr } = await inSandbox(
      `portolan run --source "$SOURCE" ${both}; status=$?; iptables-nft-save | grep KUBE- && exit 9; exit $status`,
      { env: { SOURCE: source.path } },
    );
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toMatch(
      /^portolan: metricsBindAddress: cannot listen on 127\.0\.0\.1:10249: .*EADDRINUSE/m,
    );
  });
});

const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;

test.skipIf(unavailable)(
  'while the API server is away, the proxy serves, and ends with SIGTERM',
  async () => {
    await using folder = await objectsFolder({ kubeconfig });
    const { exitCode, stdout, stderr } = await inSandbox(
      `${waiting}
     "$PORTOLAN" run --kubeconfig "$FOLDER/kubeconfig" & pid=$!
     until_true eval 'ask 127.0.0.1:10249/metrics | grep -q "^rest_client_requests_total{code=\\"<error>\\",host=\\"127.0.0.1:1\\""' || exit 3
     answers 127.0.0.1:10256/healthz 200 && answers 127.0.0.1:10256/livez 200 || exit 4
     kill -TERM $pid; wait $pid`,
      { env: { FOLDER: folder.path } },
    );
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: '' });
  },
);

/** What asks the API server has no samples here: the objects are files. */
async function expectReference(metrics: string, mode: ProxyMode): Promise<void> {
  const ours = readMetrics(metrics);
  const reference: { metrics: Record<string, { type: string; labels: string[]; modes: string[] }> } =
    JSON.parse(await readFile(`${sharedPath}reference/metrics.json`, 'utf8'));
  for (const [name, { type, labels, modes }] of Object.entries(reference.metrics)) {
    if (!modes.includes(mode)) continue;
    expect(ours.get(name)?.type, name).toBe(type);
    if (name.startsWith('rest_client_')) continue;
    expect([...(ours.get(name)?.labels ?? [])].sort(), name).toEqual([...labels].sort());
  }
}
