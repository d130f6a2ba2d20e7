import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/net/address.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { ipv4, ipv6 } from '../support/traffic/addresses.ts';
import { servicePort, web } from '../support/traffic/objects.ts';
import { openConnections, serverBySource } from '../support/traffic/open-connections.ts';
import { type Stage, sharedStage } from '../support/traffic/stage.ts';
import { clientsOf, listTable, serverName, untilAffineTo } from '../support/traffic/table.ts';
import { until } from '../support/until.ts';

const unavailable = labUnavailable();
if (unavailable !== undefined) test('affinity', ({ skip }) => skip(unavailable));

const nodePort = 30_080;

describe.skipIf(unavailable).each([ipv4, ipv6])('affinity in $family', (addresses) => {
  const { pod, client, node } = addresses;
  const borrow = sharedStage(addresses, 5);
  const clients = Array.from({ length: 12 }, (_, n) => client(n));

  test('a client stays with its endpoint, by ClusterIP and node port, while others come and go', async () => {
    const stage = await borrow();
    await serve(stage, [0, 1, 2, 3].map(pod));
    await using first = await stage.start();
    const servers = await reach(stage, clients);
    expect(await reach(stage, clients, { destination: node, port: nodePort })).toEqual(servers);

    const busy = new Set(clients.slice(0, 2).map((source) => servers.get(source)));
    const [idle] = [0, 1, 2, 3].map(pod).filter((address) => !busy.has(serverName(address)));
    const stayed = clients.filter((source) => servers.get(source) !== serverName(idle ?? pod(0)));
    const left = [0, 1, 2, 3].map(pod).filter((address) => address !== idle);
    await serve(stage, left);
    await untilAffineTo(stage, 'web', left);
    expect(await reach(stage, stayed)).toEqual(only(servers, stayed));

    await serve(stage, [pod(4), ...left]);
    await untilAffineTo(stage, 'web', [pod(4), ...left]);
    expect(await reach(stage, stayed)).toEqual(only(servers, stayed));

    // Those of the endpoint that went are forgotten a second later.
    const remembered = await until(
      async () => clientsOf(await listTable(stage)),
      ({ length }) => length === stayed.length,
    );
    await first.stop('SIGKILL');
    await using _second = await stage.start();
    expect(clientsOf(await listTable(stage))).toEqual(remembered);
    expect(await reach(stage, stayed)).toEqual(only(servers, stayed));
  });

  test('a client whose endpoint goes has another at once, and stays there', async () => {
    const stage = await borrow();
    const pods = [0, 1, 2, 3].map(pod);
    await serve(stage, pods);
    await using _proxy = await stage.start();
    const servers = await reach(stage, clients);
    const [first = client(0)] = clients;
    const left = pods.filter((address) => serverName(address) !== servers.get(first));
    const moved = clients.filter((source) => servers.get(source) === servers.get(first));
    const stayed = clients.filter((source) => !moved.includes(source));
    await serve(stage, left);
    await untilAffineTo(stage, 'web', left);
    const later = await reach(stage, clients);
    expect(only(later, stayed)).toEqual(only(servers, stayed));
    for (const source of moved) expect(left.map(serverName)).toContain(later.get(source));
    expect(await reach(stage, clients, { destination: node, port: nodePort })).toEqual(later);
  });

  test('after its timeout a client may get another endpoint', async () => {
    const stage = await borrow();
    await serve(stage, [0, 1, 2, 3].map(pod), { sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } });
    await using _proxy = await stage.start();
    // One connection each: all the forty would have to draw the same endpoint twice.
    const sources = Array.from({ length: 40 }, (_, n) => client(n));
    const before = await reach(stage, sources, {}, 1);
    await until(
      async () => clientsOf(await listTable(stage)),
      (remembered) => remembered.length === 0,
    );
    expect(await reach(stage, sources, {}, 1)).not.toEqual(before);
  });
});

async function serve(stage: Stage, endpoints: readonly Address[], spec: object = {}): Promise<void> {
  const clusterIP = stage.addresses.service(0);
  const affine = { sessionAffinity: 'ClientIP', ...spec };
  await stage.write('web', web({ clusterIP, nodePort, endpoints, spec: affine }));
}

/** The one endpoint of each client, over several connections. */
async function reach(
  { clients, addresses }: Stage,
  sources: readonly Address[],
  to: { readonly destination?: Address; readonly port?: number } = {},
  each = 20,
): Promise<ReadonlyMap<Address, string>> {
  const way = {
    protocol: 'tcp',
    sources,
    destination: addresses.service(0),
    port: servicePort,
    ...to,
  } as const;
  return serverBySource(await openConnections(clients, way, each * sources.length));
}

function only(
  servers: ReadonlyMap<Address, string>,
  sources: readonly Address[],
): ReadonlyMap<Address, string> {
  return new Map([...servers].filter(([source]) => sources.includes(source)));
}
