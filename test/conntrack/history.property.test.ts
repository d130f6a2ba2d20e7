import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Flow } from '../../src/conntrack/flow.ts';
import { StaleFlows } from '../../src/conntrack/stale-flows.ts';
import { formatEndpoint } from '../../src/net/address.ts';
import { PlanBook } from '../../src/plan/plan-book.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import type { Change, ServiceKey, ServiceRecord } from '../../src/state/records.ts';
import { realClock } from '../../src/sync/clock.ts';
import { anyHistory } from '../support/arbitrary-cluster.ts';
import { idleBackend } from '../support/conntrack/backends.ts';
import { endpoint, FakeConntrackTable } from '../support/conntrack/fake-table.ts';
import { address, context } from '../support/records.ts';
import { Syncer } from '../support/sync/syncer.ts';

const nodeAddress = address('192.168.50.10');

/** Every flow that the random Services and their former selves could have, and some that they could not. */
const allFlows: readonly Flow[] = [1, 2, 3, 4].flatMap((host) => {
  const destinations = [
    ...[`10.96.0.${host}`, `192.0.2.${host}`, `203.0.113.${host}`].flatMap((ip) => [`${ip}:80`, `${ip}:81`]),
    ...[`[fd00:96::${host}]:80`, `[fd00:96::${host}]:81`],
    ...[0, 1].map((place) => `${nodeAddress}:${30_000 + 2 * (host - 1) + place}`),
    `198.51.100.7:${30_000 + 2 * (host - 1)}`,
  ];
  return destinations.flatMap((destination) => {
    const pods = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((pod) => `10.0.0.${pod}:5353`);
    return [destination, '10.0.0.1:8080', ...pods].map(
      (reply): Flow => ({
        protocol: 'UDP',
        destination: endpoint(destination),
        replySource: endpoint(reply),
      }),
    );
  });
});

test('a flow is deleted if, and only if, a Service that changed would not give it to its endpoint any more', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, async (history) => {
      const state = new ClusterState('node-0');
      const book = new PlanBook(state);
      const table = new FakeConntrackTable();
      const flows = new StaleFlows({
        state,
        book,
        table,
        nodePortAddresses: (family) => (family === 'IPv4' ? [nodeAddress] : []),
        report: () => {},
        clock: realClock,
        signal: new AbortController().signal,
      });
      const where = context({ holder: (claim) => state.holder(claim) });
      const backends = (['IPv4', 'IPv6'] as const).map(idleBackend);
      const syncer = new Syncer(
        book,
        () => where,
        backends,
        (event) => flows.hear(event),
      );
      for (const changes of history) {
        const before = new Map(state.services);
        const changed = new Set(changes.flatMap((change) => applyTo(state, change)));
        table.flows = allFlows;
        await syncer.sync();
        await flows.idle();
        const kept = allFlows.filter((flow) => !isStaleBy(flow, state, before, changed));
        expect(table.flows.map(describe)).toEqual(kept.map(describe));
      }
    }),
    { numRuns: 60 },
  );
});

/** The rule once more, from the objects and without lookups. */
function isStaleBy(
  { destination, replySource }: Flow,
  state: ClusterState,
  before: ReadonlyMap<ServiceKey, ServiceRecord>,
  changed: ReadonlySet<ServiceKey>,
): boolean {
  const to = formatEndpoint(destination.address, destination.port);
  const from = formatEndpoint(replySource.address, replySource.port);
  const now = [...state.services.values()].find((service) => frontendsOf(service).includes(to));
  if (now === undefined) {
    const was = [...before.values()].find((service) => frontendsOf(service).includes(to));
    return was !== undefined && changed.has(was.key) && to !== from;
  }
  if (!changed.has(now.key)) return false;
  const family = to.startsWith('[') ? 'IPv6' : 'IPv4';
  const serving = [...state.slicesOf(now.key).values()]
    .filter((slice) => slice.family === family)
    .flatMap((slice) => slice.endpoints.filter((record) => record.ready || record.serving))
    .map((record) => `${record.address}:5353`);
  if (to === from) return serving.length > 0;
  return !serving.includes(from);
}

/** Where the port `dns`, the only one by UDP, is reached. */
function frontendsOf({ ports, ...service }: ServiceRecord): readonly string[] {
  return ports
    .filter(({ protocol }) => protocol === 'UDP')
    .flatMap(({ port, nodePort }) => [
      ...[...service.clusterIPs, ...service.externalIPs, ...service.loadBalancerIPs].map((ip) =>
        formatEndpoint(ip, port),
      ),
      ...(nodePort === undefined ? [] : [formatEndpoint(nodeAddress, nodePort)]),
    ]);
}

/** The Service that this changes, unless it says what is known. */
function applyTo(state: ClusterState, change: Change): readonly ServiceKey[] {
  const service = (change.kind === 'Service' ? change.key : change.key.replace(/-\d$/, '')) as ServiceKey;
  const slices: ReadonlyMap<string, unknown> = state.slicesOf(service);
  const known = change.kind === 'Service' ? state.services.get(change.key) : slices.get(change.key);
  state.apply(change);
  return isDeepStrictEqual(known, change.record) ? [] : [service];
}

function describe({ destination, replySource }: Flow): string {
  return `${destination.address} ${destination.port} -> ${replySource.address} ${replySource.port}`;
}
