import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/net/address.ts';
import type { Balance } from '../../src/state/records.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { type Addresses, ipv4, ipv6 } from '../support/traffic/addresses.ts';
import { servicePort, web } from '../support/traffic/objects.ts';
import { countByServer, openConnections, serverBySource } from '../support/traffic/open-connections.ts';
import { type Stage, sharedStage } from '../support/traffic/stage.ts';
import { serverName, untilServedBy } from '../support/traffic/table.ts';

/** How new flows are shared out. Each datagram from a port that was not used before is one. */

const unavailable = labUnavailable();
if (unavailable !== undefined) test('balancing', ({ skip }) => skip(unavailable));

describe.skipIf(unavailable)('balancing', () => {
  const borrow = {
    IPv4: sharedStage(ipv4, 10),
    IPv6: sharedStage(ipv6, 5),
  };

  test('random gives each endpoint its share', async () => {
    const stage = await borrow.IPv4();
    await serve(stage, 'random', pods(ipv4, 5));
    await using _proxy = await stage.start();
    const counts = countByServer(await open(stage, clients(ipv4, 10), 3_000));
    expect(outside(counts, pods(ipv4, 5), 3_000)).toEqual([]);
  });

  test('round-robin gives each endpoint its turn, in each of two Services', async () => {
    const stage = await borrow.IPv6();
    await serve(stage, 'round-robin', pods(ipv6, 3));
    await serve(stage, 'round-robin', pods(ipv6, 3), 1);
    await using _proxy = await stage.start();
    const turns: string[][] = [[], []];
    for (let turn = 0; turn < 12; turn += 1) {
      for (const [n, servers] of turns.entries()) servers.push(await connect(stage, ipv6.service(n)));
    }
    for (const servers of turns) {
      expect(new Set(servers.slice(0, 3))).toEqual(new Set(pods(ipv6, 3).map(serverName)));
      expect(servers.slice(3)).toEqual(servers.slice(0, -3));
    }
  });

  test('source-hash sends a client to the same endpoint, also after a restart, and clients to all', async () => {
    const stage = await borrow.IPv6();
    await serve(stage, 'source-hash', pods(ipv6, 5));
    const servers = await (async () => {
      await using _first = await stage.start();
      return serverBySource(await open(stage, clients(ipv6, 200), 600));
    })();
    expect(outside(sharesOf(servers), pods(ipv6, 5), 200)).toEqual([]);
    await using _second = await stage.start();
    expect(serverBySource(await open(stage, clients(ipv6, 200), 200))).toEqual(servers);
  });

  test('maglev moves few clients that need not move when an endpoint goes', async () => {
    const stage = await borrow.IPv4();
    await serve(stage, 'maglev', pods(ipv4, 10));
    await using _proxy = await stage.start();
    const before = serverBySource(await open(stage, clients(ipv4, 1_000), 2_000));
    expect(outside(sharesOf(before), pods(ipv4, 10), 1_000)).toEqual([]);
    await serve(stage, 'maglev', pods(ipv4, 9));
    await untilServedBy(stage, ipv4.service(0), pods(ipv4, 9));
    const after = serverBySource(await open(stage, clients(ipv4, 1_000), 1_000));
    expect(new Set(after.values())).toEqual(new Set(pods(ipv4, 9).map(serverName)));
    const settled = clients(ipv4, 1_000).filter((source) => before.get(source) !== serverName(ipv4.pod(9)));
    const moved = settled.filter((source) => after.get(source) !== before.get(source));
    expect(moved.length).toBeLessThanOrEqual(0.15 * settled.length);
  });
});

function pods({ pod }: Addresses, count: number): readonly Address[] {
  return Array.from({ length: count }, (_, n) => pod(n));
}

function clients({ client }: Addresses, count: number): readonly Address[] {
  return Array.from({ length: count }, (_, n) => client(n));
}

async function serve(stage: Stage, balance: Balance, endpoints: readonly Address[], n = 0): Promise<void> {
  const clusterIP = stage.addresses.service(n);
  await stage.write(`web${n}`, web({ name: `web${n}`, clusterIP, endpoints, balance }));
}

function open({ clients, addresses }: Stage, sources: readonly Address[], count: number) {
  const way = { protocol: 'udp', sources, destination: addresses.service(0), port: servicePort } as const;
  return openConnections(clients, way, count);
}

async function connect({ clients, addresses }: Stage, destination: Address): Promise<string> {
  const to = { protocol: 'tcp', destination, port: servicePort } as const;
  const result = await clients.connect({ ...to, source: addresses.client(0) });
  return 'error' in result ? result.error : result.answer.server;
}

function sharesOf(servers: ReadonlyMap<Address, string>): Readonly<Record<string, number>> {
  const shares: Record<string, number> = {};
  for (const server of servers.values()) shares[server] = (shares[server] ?? 0) + 1;
  return shares;
}

/** Those of the servers and pods that have not, within five standard deviations, an even share. */
function outside(counts: Readonly<Record<string, number>>, pods: readonly Address[], total: number) {
  const mean = total / pods.length;
  const deviation = Math.sqrt(mean * (1 - 1 / pods.length));
  const names = new Set([...Object.keys(counts), ...pods.map(serverName)]);
  const expected = new Set<string>(pods.map(serverName));
  return [...names].filter((name) => {
    const count = counts[name] ?? 0;
    return !expected.has(name) || Math.abs(count - mean) > 5 * deviation;
  });
}
