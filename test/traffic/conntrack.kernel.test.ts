import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Address } from '../../src/net/address.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';
import { briefly } from '../support/patience.ts';
import { ipv4, ipv6 } from '../support/traffic/addresses.ts';
import { servicePort, targetPort, type Web, web as webObjects } from '../support/traffic/objects.ts';
import type { Mode, RunningProxy } from '../support/traffic/proxy.ts';
import { createStage, type Stage } from '../support/traffic/stage.ts';
import { until } from '../support/until.ts';

const nodePort = 30_080;
const modes: readonly Mode[] = ['iptables', 'nftables'];
const unavailable = labUnavailable() ?? conntrackUnavailable() ?? iptablesUnavailable('nft');

describe.each(modes)('in mode %s', (mode) => {
  beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

  describe.each([ipv4, ipv6])('by $family', (addresses) => {
    const { service, pod, node, balancer, family } = addresses;

    /** Each test has a Service and clients of its own. */
    describe('while the proxy runs', () => {
      let stage: Stage;
      let proxy: RunningProxy;

      beforeAll(async () => {
        if (unavailable !== undefined) return;
        stage = await createStage(addresses, 2);
        proxy = await stage.start(mode);
        // Half a minute, after which the kernel forgets a flow without an answer, is soon over on a busy machine.
        await stage.node.set({ 'net/netfilter/nf_conntrack_udp_timeout*': '3600' });
      });
      afterAll(async () => {
        await proxy?.[Symbol.asyncDispose]();
        await stage?.[Symbol.asyncDispose]();
      });

      test('a client stays with its endpoint, and goes to another when that is removed', async () => {
        const of = { name: 'stays-or-goes', clusterIP: service(0) };
        await apply(of, [pod(0), pod(1)]);
        const ask = asking(stage, { client: 0, destination: service(0), port: servicePort });
        const first = await until(ask, isAnswer);
        expect(await until(ask, isAnswer)).toBe(first);
        const other = serverOf(first) === pod(0) ? pod(1) : pod(0);
        await apply(of, [other]);
        await until(ask, (server) => serverOf(server) === other);
      });

      test.each([
        { kind: 'the ClusterIP', index: 1, destination: service(1), port: servicePort },
        { kind: 'an external IP', index: 2, destination: balancer(2), port: servicePort },
        { kind: 'the load balancer IP', index: 3, destination: balancer(13), port: servicePort },
        { kind: 'the node port', index: 4, destination: node, port: nodePort + 4 },
      ])(
        'a client that asked $kind too early reaches the first endpoint',
        async ({ index, destination, port }) => {
          const ask = asking(stage, { client: index, destination, port });
          expect(await ask()).toBeUndefined();
          expect(await flowsTo(stage, destination, port)).toHaveLength(1);
          await apply(
            {
              name: `early-${index}`,
              clusterIP: service(index),
              nodePort: nodePort + index,
              spec: { type: 'LoadBalancer', externalIPs: [balancer(index)] },
              status: { loadBalancer: { ingress: [{ ip: balancer(index + 10) }] } },
            },
            [pod(0)],
          );
          await until(ask, (server) => serverOf(server) === pod(0));
        },
      );

      test('the flows of a deleted Service are gone, and others are the same as before', async () => {
        await apply({ name: 'deleted', clusterIP: service(5) }, [pod(0)]);
        await apply({ name: 'stays', clusterIP: service(6), nodePort: nodePort + 6 }, [pod(1)]);
        await until(asking(stage, { client: 6, destination: service(6), port: servicePort }), isAnswer);
        await openUnrelated(stage, { client: 6, service: service(6), nodePort: nodePort + 6 });
        await until(asking(stage, { client: 5, destination: service(5), port: servicePort }), isAnswer);
        const own = [5, 6].map(addresses.client);
        const before = await flows(stage, own);
        expect(before.filter((line) => line.includes(`dst=${service(5)} `))).toHaveLength(1);
        await stage.remove('deleted');
        await until(
          () => flowsTo(stage, service(5), servicePort),
          (left) => left.length === 0,
        );
        expect(await flows(stage, own)).toEqual(
          before.filter((line) => !line.includes(`dst=${service(5)} `)),
        );
      });

      test('a restart without changes deletes nothing', async () => {
        await apply({ name: 'kept', clusterIP: service(7), nodePort: nodePort + 7 }, [pod(0), pod(1)]);
        const ask = asking(stage, { client: 7, destination: service(7), port: servicePort });
        const server = await until(ask, isAnswer);
        await openUnrelated(stage, { client: 8, service: service(7), nodePort: nodePort + 7 });
        const own = [7, 8, 9].map(addresses.client);
        const before = await flows(stage, own);
        await proxy.stop('SIGTERM');
        await addStaleFlow(stage, addresses.client(9), service(7));
        proxy = await stage.start(mode);
        await until(
          () => flows(stage, own),
          (now) => !now.some((line) => line.includes(`src=${pod(99)} `)),
        );
        expect(await flows(stage, own)).toEqual(before);
        expect(await until(ask, isAnswer)).toBe(server);
      });

      /** Writes the Service, and waits until the family is synced with it. */
      async function apply(web: Omit<Web, 'endpoints'> & { name: string }, endpoints: readonly Address[]) {
        const synced = proxy.nextLogged((line) => line.msg === 'synced' && line.family === family);
        await stage.write(web.name, webObjects({ ...web, endpoints }));
        await synced;
      }
    });

    test('--once waits until stale flows are gone', async () => {
      await using stage = await createStage(addresses, 1);
      await stage.write('web', webObjects({ clusterIP: service(0), endpoints: [pod(0)] }));
      await addStaleFlow(stage, addresses.client(9), service(0));
      expect(await flows(stage, [addresses.client(9)])).toHaveLength(1);
      await stage.once(mode);
      expect(await flows(stage, [addresses.client(9)])).toEqual([]);
    });
  });
});

interface Asking {
  /** The n-th client. */
  readonly client: number;
  readonly destination: Address;
  readonly port: number;
}

/** Who answers a client by UDP that asks from the same port each time, so that its datagrams are of one flow. */
function asking({ clients, addresses }: Stage, { client, ...to }: Asking) {
  const question = { protocol: 'udp', source: addresses.client(client), sourcePort: 40_000, ...to } as const;
  return async () => {
    const result = await clients.connect({ ...question, timeoutMs: briefly });
    return 'answer' in result ? result.answer.server : undefined;
  };
}

function isAnswer(server: string | undefined): server is string {
  return server !== undefined;
}

function serverOf(answer: string | undefined): string | undefined {
  return answer && /^\[?(.*?)\]?:\d+$/.exec(answer)?.[1];
}

/** Straight to a pod, to a Service that stays, to its node port, and to the world. */
async function openUnrelated(
  { clients, addresses }: Stage,
  of: { readonly client: number; readonly service: Address; readonly nodePort: number },
): Promise<void> {
  const { pod, node } = addresses;
  const source = addresses.client(of.client);
  const to = [
    [pod(0), targetPort],
    [of.service, servicePort],
    [node, of.nodePort],
    [addresses.balancer(9), of.nodePort],
  ] as const;
  for (const [index, [destination, port]] of to.entries()) {
    const way = { protocol: 'udp', source, sourcePort: 41_000 + index, destination, port } as const;
    await clients.connect({ ...way, timeoutMs: briefly });
  }
  await clients.connect({ protocol: 'tcp', source, destination: pod(0), port: targetPort });
}

/** A flow to an endpoint that the Service does not have. */
async function addStaleFlow({ node, addresses }: Stage, client: Address, service: Address): Promise<void> {
  const endpoint = addresses.pod(99);
  await node.exec('conntrack', [
    ...['-I', '-p', 'udp', '-t', '3600', '-s', client, '-d', service, '--sport', '42000'],
    ...['--dport', String(servicePort), '-r', endpoint, '-q', client],
    ...['--reply-port-src', String(targetPort), '--reply-port-dst', '42000'],
  ]);
}

/** The flows by UDP of these clients, with their ids and without what time changes. */
async function flows(
  { node, addresses: { family } }: Stage,
  clients: readonly Address[],
): Promise<readonly string[]> {
  const args = ['-L', '-p', 'udp', '-f', family === 'IPv4' ? 'ipv4' : 'ipv6', '-o', 'id'];
  const lines = (await node.exec('conntrack', args)).split('\n');
  return lines
    .filter((line) => clients.some((client) => line.includes(` src=${client} dst=`)))
    .map((line) => line.replace(/^(\w+ +\d+) \d+/, '$1').replace(/ use=\d+/, ''))
    .sort();
}

async function flowsTo(stage: Stage, destination: Address, port: number): Promise<readonly string[]> {
  const sent = new RegExp(` dst=${destination} sport=\\d+ dport=${port} `);
  const clients = Array.from({ length: 10 }, (_, n) => stage.addresses.client(n));
  return (await flows(stage, clients)).filter((line) => sent.test(line));
}

function conntrackUnavailable(): string | undefined {
  return spawnSync('conntrack', ['--version']).error && 'not installed: conntrack';
}
