import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Address } from '../../src/net/address.ts';
import { families } from '../../src/net/family.ts';
import type { Host } from '../support/lab/host.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { birdUnavailable } from '../support/pod-network/bird-unavailable.ts';
import {
  createPodNodes,
  outsideAddress,
  type PodNodes,
  podAddress,
  underlay,
} from '../support/pod-network/pod-nodes.ts';
import { startRouter } from '../support/pod-network/router.ts';
import { until } from '../support/until.ts';

const missing = labUnavailable();
const kinds = ['vxlan', 'host-gw'] as const;

test.skipIf(missing).for(kinds)(
  '%s: pods of all nodes reach one another, and see each other’s addresses',
  async (kind) => {
    await using cluster = await createPodNodes(3);
    await setUp(cluster, kind);
    await expectPodsReachPods(cluster);
  },
);

test.skipIf(missing).for(kinds)('%s: what leaves the pod networks has the node’s address', async (kind) => {
  await using cluster = await createPodNodes(2);
  await setUp(cluster, kind);
  for (const family of families) {
    const seen = await visit(cluster.pods[1], podAddress[family](1), cluster.outside, outsideAddress[family]);
    expect(seen).toBe(underlay[family](1));
  }
});

test.skipIf(missing).for(kinds)('%s: a second run writes nothing', async (kind) => {
  await using cluster = await createPodNodes(2);
  await setUp(cluster, kind);
  expect(await cluster.run(0, ['run', '--once', '--network', kind])).toEqual({ status: 0, said: '' });
});

test.skipIf(missing).for(kinds)(
  '%s: a node that goes takes its routes and entries with it; routes of others stay',
  async (kind) => {
    await using cluster = await createPodNodes(3);
    await setUp(cluster, kind);
    await cluster.ip(0, 'route', 'add', '10.250.0.0/16', 'via', underlay.IPv4(1));
    expect(await cluster.run(0, ['run', '--once', '--network', kind], [0, 2])).toMatchObject({ status: 0 });
    const routes = await cluster.ip(0, 'route', 'show');
    expect(routes).not.toContain('10.244.1.0/24');
    expect(routes).toContain('10.244.2.0/24');
    expect(routes).toContain('10.250.0.0/16');
    expect(await cluster.ip(0, 'neighbour', 'show', 'nud', 'permanent')).not.toContain('10.244.1.0');
  },
);

test.skipIf(missing)('one kind takes the place of the other, and pods go on reaching pods', async () => {
  await using cluster = await createPodNodes(2);
  for (const kind of ['vxlan', 'host-gw', 'vxlan'] as const) {
    await setUp(cluster, kind);
    await expectPodsReachPods(cluster);
  }
  await setUp(cluster, 'host-gw');
  expect(await cluster.ip(0, 'link', 'show')).not.toContain('portolan-vxlan');
});

test.skipIf(missing)('a route of another program to the same pods stays, and is named', async () => {
  await using cluster = await createPodNodes(2);
  await cluster.ip(0, 'route', 'add', '10.244.1.0/24', 'via', underlay.IPv4(1));
  const { status, said } = await cluster.run(0, ['run', '--once', '--network', 'host-gw']);
  expect(status).toBe(1);
  expect(said).toContain(
    'cannot set the route to 10.244.1.0/24: another program has one by 192.0.2.2 (protocol 3)',
  );
  expect(await cluster.ip(0, 'route', 'show', '10.244.1.0/24')).not.toContain('proto 80');
});

test.skipIf(missing)('a Node with a wrong field is named, and the others have their routes', async () => {
  await using cluster = await createPodNodes(3);
  await using running = await cluster.follow(0, ['--network', 'host-gw'], [0, 1]);
  const wrong = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node2' },
    spec: { podCIDRs: ['10.244'] },
  };
  await running.add([0, 1], wrong);
  const said = 'Node node2: spec.podCIDRs[0]: ';
  await until(
    async () => running.said,
    (text) => text.includes(said),
  );
  await until(
    () => cluster.ip(0, 'route', 'show', 'proto', '80'),
    (routes) => routes.includes('10.244.1.0/24'),
  );
  const { status, said: onceSaid } = await cluster.runAgain(0, ['run', '--once', '--network', 'host-gw']);
  expect({ status, isNamed: onceSaid.includes(said) }).toEqual({ status: 1, isNamed: true });
});

test.skipIf(missing)('cleanup leaves nothing of it, and nothing else changes', async () => {
  await using cluster = await createPodNodes(2);
  const seen = async () => [
    await cluster.ip(0, '-brief', 'link', 'show'),
    await cluster.ip(0, '-brief', '-4', 'address', 'show'),
    await cluster.ip(0, 'route', 'show'),
    await cluster.ip(0, '-6', 'route', 'show'),
  ];
  const before = await seen();
  await setUp(cluster, 'vxlan');
  expect(await seen()).not.toEqual(before);
  expect(await cluster.run(0, ['cleanup'])).toMatchObject({ status: 0 });
  expect(await seen()).toEqual(before);
  expect(await cluster.run(0, ['cleanup'])).toEqual({ status: 0, said: 'nothing to remove' });
});

test.skipIf(missing)(
  'while it runs, nodes that come and go are followed, and what others remove comes back',
  async () => {
    await using cluster = await createPodNodes(3);
    await using running = await cluster.follow(0, ['--network', 'vxlan'], [0, 1]);
    const routes = () => cluster.ip(0, 'route', 'show', 'proto', '80');
    const has = (...networks: readonly string[]) =>
      until(routes, (listed) =>
        [1, 2].every((at) => listed.includes(`10.244.${at}.0/24`) === networks.includes(`${at}`)),
      );
    await has('1');
    await running.nodes([0, 1, 2]);
    await has('1', '2');
    await cluster.ip(0, 'route', 'del', '10.244.2.0/24');
    await cluster.ip(0, 'link', 'del', 'portolan-vxlan');
    await has('1', '2');
    await running.nodes([0, 2]);
    await has('2');
  },
);

test('bgp: routers are told where the pods are, and pods reach pods', async ({ skip }) => {
  const unavailable = missing ?? birdUnavailable();
  skip(unavailable !== undefined, unavailable);
  await using cluster = await createPodNodes(2);
  await using _ = await startRouter(cluster.outside, outsideAddress.IPv4);
  const args = ['--network', 'bgp', '--bgp-peer', outsideAddress.IPv4];
  await using _a = await cluster.follow(0, args, [0, 1]);
  await using _b = await cluster.follow(1, args, [0, 1]);
  for (const [node, other] of [
    [0, 1],
    [1, 0],
  ] as const)
    await until(
      () => cluster.ip(node, 'route', 'show', 'proto', 'bird'),
      (routes) => routes.includes(`10.244.${other}.0/24 via ${underlay.IPv4(other)}`),
    );
  expect(await visit(cluster.pods[0], podAddress.IPv4(0), cluster.pods[1], podAddress.IPv4(1))).toBe(
    podAddress.IPv4(0),
  );
  expect(await visit(cluster.outside, outsideAddress.IPv4, cluster.pods[1], podAddress.IPv4(1))).toBe(
    outsideAddress.IPv4,
  );
});

test.skipIf(missing)(
  'the configuration of the CNI plugins has the node’s ranges and what the tunnel carries',
  async () => {
    await using cluster = await createPodNodes(2);
    await using folder = await mkdtempDisposable(join(tmpdir(), 'portolan-cni-'));
    const args = [
      'run',
      '--once',
      '--network',
      'vxlan',
      '--cni-config',
      folder.path,
      '--cni-plugins',
      folder.path,
    ];
    const { said } = await cluster.run(1, args);
    const file = join(folder.path, '10-portolan.conflist');
    expect(said).toContain(`${file} written, for 10.244.1.0/24 and fd00:10:244:2::/64`);
    const ranges = [[{ subnet: '10.244.1.0/24' }], [{ subnet: 'fd00:10:244:2::/64' }]];
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      cniVersion: '1.0.0',
      name: 'podnet',
      plugins: [{ type: 'portolan', bridge: 'cni0', mtu: 1450, ipam: { type: 'host-local', ranges } }],
    });
    expect(await cluster.run(1, args)).toEqual({ status: 0, said: '' });
  },
);

test.skipIf(missing)('a file that cannot be read takes no route away', async () => {
  await using cluster = await createPodNodes(2);
  await using running = await cluster.follow(0, ['--network', 'host-gw'], [0, 1]);
  const routes = () => cluster.ip(0, 'route', 'show', 'proto', '80');
  await until(routes, (listed) => listed.includes('10.244.1.0/24'));
  await running.write('{"apiVersion": "v1", "kind": "List", "items": [');
  await until(
    async () => running.said,
    (said) => said.includes('0.json'),
  );
  await cluster.ip(0, 'route', 'del', '10.244.1.0/24');
  await until(routes, (listed) => listed.includes('10.244.1.0/24'));
});

async function setUp(cluster: PodNodes, kind: (typeof kinds)[number]): Promise<void> {
  const ran = await Promise.all(
    cluster.pods.map((_, at) => cluster.run(at, ['run', '--once', '--network', kind])),
  );
  expect(ran).toEqual(ran.map(({ said }) => ({ status: 0, said })));
}

async function expectPodsReachPods({ pods }: PodNodes): Promise<void> {
  for (const family of families)
    for (const [from, client] of pods.entries())
      for (const [to, server] of pods.entries()) {
        if (from === to) continue;
        const seen = await visit(client, podAddress[family](from), server, podAddress[family](to));
        expect(`pod ${to} sees ${seen}`).toBe(`pod ${to} sees ${podAddress[family](from)}`);
      }
}

/** Whom a server sees when a client connects. */
async function visit(
  client: Host | undefined,
  from: string,
  server: Host | undefined,
  to: string,
): Promise<string> {
  const [source, destination] = [from as Address, to as Address];
  await using _ = await server?.listen({ protocol: 'tcp', address: destination, port: 8080 });
  const result = await client?.connect({ protocol: 'tcp', source, destination, port: 8080 });
  if (result === undefined || 'error' in result) return result?.error ?? 'no client';
  return result.answer.peer.replace(/:\d+$/, '').replace(/[[\]]/g, '');
}
