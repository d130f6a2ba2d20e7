import { spawnSync } from 'node:child_process';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Address } from '../../src/net/address.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';
import { ipv4, ipv6 } from '../support/traffic/addresses.ts';
import { askFrom } from '../support/traffic/ask-from.ts';
import { servicePort, targetPort, web } from '../support/traffic/objects.ts';
import type { Mode } from '../support/traffic/proxy.ts';
import { createStage, type Stage } from '../support/traffic/stage.ts';
import { until } from '../support/traffic/until.ts';

const nodePort = 30_080;
const modes: readonly Mode[] = ['iptables', 'nftables'];
const unavailable = labUnavailable() ?? conntrackUnavailable() ?? iptablesUnavailable('nft');

describe.each(modes)('in mode %s', (mode) => {
  beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

  describe.each([ipv4, ipv6])('by $family', (addresses) => {
    const { service, pod, node, family } = addresses;

    test('a client stays with its endpoint, and goes to another when that is removed', async () => {
      await using stage = await createStage(addresses, 2);
      await stage.write('web', web({ clusterIP: service(0), endpoints: [pod(0), pod(1)] }));
      await using _proxy = await stage.start(mode);
      const ask = asking(stage, service(0), servicePort);
      const first = await ask();
      expect(await ask()).toBe(first);
      const other = serverOf(first) === pod(0) ? pod(1) : pod(0);
      await stage.write('web', web({ clusterIP: service(0), endpoints: [other] }));
      await until(ask, (server) => serverOf(server) === other);
    });

    test.each([
      { kind: 'the ClusterIP', destination: service(0), port: servicePort },
      { kind: 'an external IP', destination: addresses.balancer(0), port: servicePort },
      { kind: 'the load balancer IP', destination: addresses.balancer(1), port: servicePort },
      { kind: 'the node port', destination: node, port: nodePort },
    ])('a client that asked $kind too early reaches the first endpoint', async ({ destination, port }) => {
      await using stage = await createStage(addresses, 1);
      await using proxy = await stage.start(mode);
      const ask = asking(stage, destination, port);
      expect(await ask()).toBeUndefined();
      expect(await flowsTo(stage, destination, port)).toHaveLength(1);
      const spec = { type: 'LoadBalancer', externalIPs: [addresses.balancer(0)] };
      const status = { loadBalancer: { ingress: [{ ip: addresses.balancer(1) }] } };
      const changed = proxy.nextLogged((line) => line.msg === 'synced' && line.family === family);
      await stage.write('web', web({ clusterIP: service(0), endpoints: [pod(0)], nodePort, spec, status }));
      await changed;
      await until(ask, (server) => serverOf(server) === pod(0));
    });

    test('the flows of a deleted Service are gone, and others are the same as before', async () => {
      await using stage = await createStage(addresses, 2);
      await stage.write('gone', web({ name: 'gone', clusterIP: service(0), endpoints: [pod(0)] }));
      await stage.write(
        'stays',
        web({ name: 'stays', clusterIP: service(1), endpoints: [pod(1)], nodePort }),
      );
      await using _proxy = await stage.start(mode);
      await openUnrelated(stage);
      await asking(stage, service(0), servicePort)();
      const before = await flows(stage);
      expect(before.filter((line) => line.includes(`dst=${service(0)} `))).toHaveLength(1);
      await stage.remove('gone');
      await until(
        () => flowsTo(stage, service(0), servicePort),
        (left) => left.length === 0,
      );
      expect(await flows(stage)).toEqual(before.filter((line) => !line.includes(`dst=${service(0)} `)));
    });

    test('a restart without changes deletes nothing', async () => {
      await using stage = await createStage(addresses, 2);
      const endpoints = [pod(0), pod(1)];
      await stage.write('web', web({ clusterIP: service(0), endpoints, nodePort }));
      const first = await stage.start(mode);
      const ask = asking(stage, service(0), servicePort);
      const server = await ask();
      await openUnrelated(stage);
      const before = await flows(stage);
      await first.stop('SIGTERM');
      await addStaleFlow(stage, service(0));
      await using _second = await stage.start(mode);
      await until(
        () => flows(stage),
        (now) => !now.some((line) => line.includes(`src=${pod(99)} `)),
      );
      expect(await flows(stage)).toEqual(before);
      expect(await ask()).toBe(server);
    });

    test('--once waits until stale flows are gone', async () => {
      await using stage = await createStage(addresses, 1);
      await stage.write('web', web({ clusterIP: service(0), endpoints: [pod(0)] }));
      await addStaleFlow(stage, service(0));
      expect(await flows(stage)).toHaveLength(1);
      await stage.once(mode);
      expect(await flows(stage)).toEqual([]);
    });
  });
});

/** Who answers a client that asks from the same port each time. */
function asking({ clients, addresses }: Stage, destination: Address, port: number) {
  const question = { source: addresses.client(0), sourcePort: 40_000, destination, port };
  return async () => (await askFrom(clients, question))?.server;
}

function serverOf(answer: string | undefined): string | undefined {
  return answer && /^\[?(.*?)\]?:\d+$/.exec(answer)?.[1];
}

/** Straight to a pod, to a Service that stays, to its node port, and to the world. */
async function openUnrelated({ clients, addresses }: Stage): Promise<void> {
  const { client, pod, service, node } = addresses;
  const source = client(1);
  const to = [
    [pod(0), targetPort],
    [service(1), servicePort],
    [node, nodePort],
    [addresses.balancer(9), nodePort],
  ] as const;
  for (const [index, [destination, port]] of to.entries()) {
    await askFrom(clients, { source, sourcePort: 41_000 + index, destination, port });
  }
  await clients.connect({ protocol: 'tcp', source, destination: pod(0), port: targetPort, timeoutMs: 5_000 });
}

/** A flow to an endpoint that the Service does not have. */
async function addStaleFlow({ node, addresses }: Stage, service: Address): Promise<void> {
  const [client, endpoint] = [addresses.client(9), addresses.pod(99)];
  await node.exec('conntrack', [
    ...['-I', '-p', 'udp', '-t', '600', '-s', client, '-d', service, '--sport', '42000'],
    ...['--dport', String(servicePort), '-r', endpoint, '-q', client],
    ...['--reply-port-src', String(targetPort), '--reply-port-dst', '42000'],
  ]);
}

/** The node's flows that do not end by themselves while the test runs, with their ids and without what time changes. */
async function flows({ node, addresses: { family } }: Stage): Promise<readonly string[]> {
  const args = ['-L', '-f', family === 'IPv4' ? 'ipv4' : 'ipv6', '-o', 'id'];
  const lines = (await node.exec('conntrack', args)).split('\n').filter((line) => line.startsWith('udp '));
  return lines.map((line) => line.replace(/^(\w+ +\d+) \d+/, '$1').replace(/ use=\d+/, '')).sort();
}

async function flowsTo(stage: Stage, destination: Address, port: number): Promise<readonly string[]> {
  const sent = new RegExp(` dst=${destination} sport=\\d+ dport=${port} `);
  return (await flows(stage)).filter((line) => sent.test(line));
}

function conntrackUnavailable(): string | undefined {
  return spawnSync('conntrack', ['--version']).error && 'not installed: conntrack';
}
