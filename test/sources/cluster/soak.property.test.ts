import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ClusterState } from '../../../src/state/cluster-state.ts';
import type { ObjectKind } from '../../../src/state/records.ts';
import { reduceObject } from '../../../src/state/reduce-object.ts';
import { ApiServer } from '../../support/apiserver/api-server.ts';
import type { Fault } from '../../support/apiserver/faults.ts';
import {
  endpointSliceObject,
  nodeObject,
  serviceCIDRObject,
  serviceObject,
} from '../../support/apiserver/objects.ts';
import type { StreamingLists } from '../../support/apiserver/settings.ts';
import { ClusterWatcher } from '../../support/sources/cluster/watch-cluster.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** One step a minute, on average. */
const stepsPerDay = 24 * 60;

test('a day of changes and mishaps ends with the cluster as it is, and every list had its reason', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step(), { minLength: stepsPerDay, maxLength: stepsPerDay, size: 'max' }),
      fc.record({ morning: streamingLists(), afternoon: streamingLists() }),
      fc.constantFrom(50, 1_000, 100_000),
      liveThrough,
    ),
    // Shrinking a day takes days; the seed is printed.
    { numRuns: 3, endOnFailure: true },
  );
});

/** In the afternoon the server is another version. */
async function liveThrough(
  steps: readonly Step[],
  { morning, afternoon }: { readonly morning: StreamingLists; readonly afternoon: StreamingLists },
  chunkSize: number,
): Promise<void> {
  const server = new ApiServer({ streamingLists: morning });
  server.put(nodeObject('node-0'), nodeObject('node-1'), serviceCIDRObject('kubernetes', ['10.96.0.0/16']));
  const watcher = new ClusterWatcher(server, { chunkSize });
  const day = new Day(server);
  for (const [index, { pause, deed }] of steps.entries()) {
    await vi.advanceTimersByTimeAsync(pause);
    day.do(deed);
    if (index === stepsPerDay / 2) server.settings.streamingLists = afternoon;
    if (index % (stepsPerDay / 4) === stepsPerDay / 4 - 1) await compare(server, watcher);
  }
  for (const kind of kinds) {
    const gaps = server.requests.filter((request) => request.kind === kind && request.status === 410).length;
    // The first, and one for each time that the server could not go on.
    expect(watcher.lists(kind).length, `lists of ${kind}`).toBeLessThanOrEqual(1 + gaps);
  }
  for (const [id, count] of removals(watcher)) {
    expect(count, `removals of ${id}`).toBeLessThanOrEqual(day.removed.get(id) ?? 0);
  }
  expect(watcher.collected.problems).toEqual([]);
  await watcher.stop();
  expect(vi.getTimerCount()).toBe(0);
  expect(server.counts().openWatches).toBe(0);
}

const kinds: readonly ObjectKind[] = ['Service', 'EndpointSlice', 'Node', 'ServiceCIDR'];

/** All is well for a while; then what the watcher knows is what there is. */
async function compare(server: ApiServer, watcher: ClusterWatcher): Promise<void> {
  server.heal();
  server.comeUp();
  await vi.advanceTimersByTimeAsync(600_000);
  const expected = new ClusterState('node-0');
  for (const kind of kinds) {
    for (const object of server.objects(kind)) {
      if (object.metadata.labels !== undefined && hiding in object.metadata.labels) continue;
      for (const change of reduceObject(object).changes) expected.apply(change);
    }
  }
  expect(snapshot(watcher.state)).toEqual(snapshot(expected));
}

function snapshot(state: ClusterState) {
  const services = [...state.services.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  // Slices may stand there without their Service.
  const slices = Array.from(serviceNames, (name) => [
    ...state.slicesOf(`default/${name}` as (typeof services)[number]['key']).values(),
  ]);
  const byKey = (a: { readonly key: string }, b: { readonly key: string }) => (a.key < b.key ? -1 : 1);
  return {
    services,
    slices: slices.map((ofService) => ofService.sort(byKey)),
    node: state.node,
    serviceCIDRs: [...state.serviceCIDRs].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function removals({ collected }: ClusterWatcher): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const entry of collected.history) {
    if (!entry.startsWith('- ')) continue;
    const id = entry.slice(2);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

const hiding = 'service.kubernetes.io/service-proxy-name';
const serviceNames = Array.from({ length: 12 }, (_, index) => `web-${index}`);

type Deed =
  | { readonly do: 'put service'; readonly name: string; readonly host: number; readonly hidden: boolean }
  | {
      readonly do: 'put slice';
      readonly name: string;
      readonly part: number;
      readonly hosts: readonly number[];
    }
  | { readonly do: 'remove service'; readonly name: string }
  | { readonly do: 'remove slice'; readonly name: string; readonly part: number }
  | { readonly do: 'put node'; readonly zone: string }
  | { readonly do: 'put cidr'; readonly third: number }
  | { readonly do: 'others'; readonly versions: number }
  | { readonly do: 'break' | 'end' | 'mute'; readonly kind: ObjectKind | undefined }
  | { readonly do: 'compact'; readonly keep: number }
  | { readonly do: 'restart'; readonly keepHistory: boolean }
  | { readonly do: 'go down' | 'come up' }
  | { readonly do: 'fail'; readonly fault: Fault; readonly times: number };

interface Step {
  /** Milliseconds before it. */
  readonly pause: number;
  readonly deed: Deed;
}

/** Does what is to be done to the server, and counts what the watcher may see removed. */
class Day {
  readonly removed = new Map<string, number>();
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  do(deed: Deed): void {
    const server = this.#server;
    switch (deed.do) {
      case 'put service': {
        const labels = deed.hidden ? { [hiding]: 'mesh' } : {};
        // Hidden means gone, for the watcher.
        if (deed.hidden) this.#count(`Service default/${deed.name}`);
        server.put(serviceObject(deed.name, { clusterIP: `10.96.0.${deed.host}`, labels }));
        break;
      }
      case 'put slice': {
        const addresses = deed.hosts.map((host) => `10.244.0.${host}`);
        server.put(endpointSliceObject(deed.name, addresses, { name: `${deed.name}-${deed.part}` }));
        break;
      }
      case 'remove service':
        this.#remove('Service', `default/${deed.name}`);
        break;
      case 'remove slice':
        this.#remove('EndpointSlice', `default/${deed.name}-${deed.part}`);
        break;
      case 'put node':
        server.put(nodeObject('node-0', { labels: { 'topology.kubernetes.io/zone': deed.zone } }));
        break;
      case 'put cidr':
        server.put(serviceCIDRObject('more', [`10.97.${deed.third}.0/24`]));
        break;
      case 'others':
        server.skipTo(Number(server.resourceVersion) + deed.versions);
        break;
      case 'fail':
        server.fail(deed.fault, { times: deed.times });
        break;
      default:
        this.#disturb(deed);
    }
  }

  #disturb(deed: Exclude<Deed, { do: `put ${string}` | `remove ${string}` | 'others' | 'fail' }>): void {
    const server = this.#server;
    switch (deed.do) {
      case 'break':
        server.breakConnections(filterOf(deed.kind));
        break;
      case 'end':
        server.endConnections(filterOf(deed.kind));
        break;
      case 'mute':
        server.muteConnections(filterOf(deed.kind));
        break;
      case 'compact':
        server.compact(Number(server.resourceVersion) - deed.keep);
        break;
      case 'restart':
        server.restart({ keepHistory: deed.keepHistory });
        break;
      case 'go down':
        server.goDown();
        break;
      case 'come up':
        server.comeUp();
        break;
    }
  }

  #remove(kind: ObjectKind, key: string): void {
    if (this.#server.get(kind, key) === undefined) return;
    this.#count(`${kind} ${key}`);
    this.#server.remove(kind, key);
  }

  #count(id: string): void {
    this.removed.set(id, (this.removed.get(id) ?? 0) + 1);
  }
}

function filterOf(kind: ObjectKind | undefined) {
  return kind === undefined ? {} : { kind };
}

function step(): fc.Arbitrary<Step> {
  // Without a bias towards short pauses, so that a day is a day.
  return fc.noBias(fc.record({ pause: fc.nat(120_000), deed: deed() }));
}

function deed(): fc.Arbitrary<Deed> {
  const name = fc.constantFrom(...serviceNames);
  const host = fc.integer({ min: 1, max: 250 });
  const part = fc.integer({ min: 1, max: 3 });
  const hosts = fc.array(host, { maxLength: 5 });
  const hidden = fc.nat(9).map((chance) => chance === 0);
  const kind = fc.option(fc.constantFrom(...kinds), { nil: undefined });
  return fc.oneof(
    { weight: 20, arbitrary: fc.record({ do: fc.constant('put slice' as const), name, part, hosts }) },
    { weight: 10, arbitrary: fc.record({ do: fc.constant('put service' as const), name, host, hidden }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('remove slice' as const), name, part }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('remove service' as const), name }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('put node' as const), zone: fc.constantFrom('a', 'b') }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('put cidr' as const), third: fc.nat(255) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('others' as const), versions: fc.nat(1_000) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('break', 'end', 'mute'), kind }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('compact' as const), keep: fc.nat(500) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), keepHistory: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('go down' as const) }) },
    { weight: 10, arbitrary: fc.record({ do: fc.constant('come up' as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('fail' as const),
        fault: fault(),
        times: fc.integer({ min: 1, max: 6 }),
      }),
    },
  );
}

function streamingLists(): fc.Arbitrary<StreamingLists> {
  return fc.constantFrom('supported', 'supported', 'refused-by-event', 'refused-by-status', 'ignored');
}

function fault(): fc.Arbitrary<Fault> {
  const after = fc.nat(3);
  return fc.oneof(
    fc.record({ is: fc.constant('reset' as const), at: fc.constantFrom('request', 'head', 'piece'), after }),
    fc.record({ is: fc.constant('hang' as const), at: fc.constantFrom('request', 'head'), after }),
    fc.record({ is: fc.constantFrom('garbage', 'half', 'unknown-event'), after }),
    fc.record({ is: fc.constant('status' as const), code: fc.constantFrom(401, 429, 500, 503) }),
  );
}
