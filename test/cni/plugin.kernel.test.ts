import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/net/address.ts';
import {
  containerIdOf,
  createPluginNode,
  type JsonValue,
  type PluginNode,
} from '../support/cni/plugin-node.ts';
import { configuration, pairs, plugin, reservations } from '../support/cni/portolan-node.ts';
import { startHost } from '../support/lab/host.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { until } from '../support/until.ts';

const missing = labUnavailable();
const address = (text: string) => text as Address;

async function add(
  node: PluginNode,
  container: string | undefined,
  settings?: JsonValue,
): Promise<JsonValue> {
  const { status, output, stdout } = await node.call('ADD', {
    container,
    input: configuration(node, settings),
  });
  expect({ status, stdout }).toMatchObject({ status: 0 });
  return output ?? {};
}

async function remove(node: PluginNode, container: string | undefined, settings?: JsonValue): Promise<void> {
  const answer = await node.call('DEL', { container, input: configuration(node, settings) });
  expect(answer).toMatchObject({ status: 0, stdout: '' });
}

describe.skipIf(missing)('packets', () => {
  test.for([
    ['tcp', '10.244.0.2', '10.244.0.3'],
    ['udp', '10.244.0.2', '10.244.0.3'],
    ['tcp', 'fd00:10:244::2', 'fd00:10:244::3'],
    ['udp', 'fd00:10:244::2', 'fd00:10:244::3'],
  ] as const)(
    'get from one pod to the other as soon as ADD has answered: %s from %s',
    async ([protocol, from, to]) => {
      await using node = await createPluginNode(plugin);
      const [client = '', server = ''] = node.containers;
      await using listening = startHost(server.split('/').at(-1) ?? '');
      await using asking = startHost(client.split('/').at(-1) ?? '');
      await add(node, client);
      await add(node, server);
      await using _listener = await listening.listen({ protocol, address: address(to), port: 80 });
      const { answer } = {
        answer: undefined,
        ...(await asking.connect({ protocol, source: address(from), destination: address(to), port: 80 })),
      };
      expect(answer).toMatchObject({ peer: expect.stringContaining(from) });
    },
  );

  test.for([
    ['10.244.0.2', '192.0.2.2'],
    ['fd00:10:244::2', 'fd00:10:244::1'],
  ] as const)('get from a pod to its node, by the gateway: from %s to %s', async ([from, to]) => {
    await using node = await createPluginNode(plugin, 1);
    const [pod = ''] = node.containers;
    await using listening = startHost(node.namespace);
    await using asking = startHost(pod.split('/').at(-1) ?? '');
    await add(node, pod);
    await using _listener = await listening.listen({ protocol: 'tcp', address: address(to), port: 80 });
    const result = await asking.connect({
      protocol: 'tcp',
      source: address(from),
      destination: address(to),
      port: 80,
    });
    expect(result).toMatchObject({ answer: { peer: expect.stringContaining(from) } });
  });
});

describe.skipIf(missing)('what ADD makes', () => {
  test('an interface with addresses, routes and a MAC address that goes with the address', async () => {
    await using node = await createPluginNode(plugin, 1);
    const [pod] = node.containers;
    const result = await add(node, pod);
    const [link] = await node.ip('address show eth0', pod);
    expect(link).toMatchObject({
      address: '0a:58:0a:f4:00:02',
      operstate: 'UP',
      addr_info: [
        { local: '10.244.0.2', prefixlen: 24 },
        { local: 'fd00:10:244::2', prefixlen: 64 },
        { scope: 'link' },
      ],
    });
    expect(await node.ip('route show default', pod)).toMatchObject([{ gateway: '10.244.0.1', dev: 'eth0' }]);
    expect(await node.ip('-6 route show default', pod)).toMatchObject([{ gateway: 'fd00:10:244::1' }]);
    const [pair] = await pairs(node);
    expect(pair).toMatchObject({
      master: 'cni0',
      ifalias: `cni podnet ${pod?.split('/').at(-1)} eth0`,
      linkinfo: { info_slave_data: { hairpin: true, isolated: false } },
    });
    expect(result).toMatchObject({
      interfaces: [{ name: 'cni0' }, { name: pair?.ifname }, { name: 'eth0', sandbox: pod }],
    });
  });

  test.for<readonly [string, JsonValue, number]>([
    ['that of the uplink', {}, 1450],
    ['less for VXLAN by IPv4', { encapsulation: 'vxlan-over-ipv4' }, 1400],
    ['less for VXLAN by IPv6', { encapsulation: 'vxlan-over-ipv6' }, 1380],
    ['that of a tunnel', { uplink: 'tunnel' }, 1410],
    ['as configured', { mtu: 1300 }, 1300],
  ])('the MTU is %s', async ([, settings, mtu]) => {
    await using node = await createPluginNode(plugin, 1);
    await node.change(['link set uplink mtu 1450', 'link add tunnel mtu 1410 type bridge']);
    const [pod] = node.containers;
    const result = await add(node, pod, settings);
    expect([await node.ip('link show eth0', pod), await pairs(node)]).toMatchObject([[{ mtu }], [{ mtu }]]);
    expect(result).toMatchObject({ interfaces: [{ mtu }, { mtu }, { mtu }] });
  });

  test.for<readonly [string, JsonValue, string]>([
    ['the capability', { runtimeConfig: { mac: '02:11:22:33:44:55' } }, '02:11:22:33:44:55'],
    ['args', { args: { cni: { mac: '02:11:22:33:44:66' } } }, '02:11:22:33:44:66'],
  ])('the MAC address can be asked for by %s', async ([, settings, mac]) => {
    await using node = await createPluginNode(plugin, 1);
    const [pod] = node.containers;
    await add(node, pod, settings);
    expect(await node.ip('link show eth0', pod)).toMatchObject([{ address: mac }]);
  });

  test('the bridge keeps its MAC address when it is made anew', async () => {
    await using node = await createPluginNode(plugin);
    const macs: unknown[] = [];
    for (const pod of node.containers) {
      await add(node, pod);
      macs.push((await node.ip('link show cni0'))[0]?.address);
      await node.change(['link del cni0']);
    }
    expect(macs).toEqual(['0a:58:0a:f4:00:01', '0a:58:0a:f4:00:01']);
  });

  test('a bridge that others made keeps its MAC address, whatever comes to it', async () => {
    await using node = await createPluginNode(plugin);
    await node.change(['link add cni0 type bridge']);
    const before = (await node.ip('link show cni0'))[0]?.address;
    const results: JsonValue[] = [];
    for (const pod of node.containers) results.push(await add(node, pod));
    expect((await node.ip('link show cni0'))[0]?.address).toBe(before);
    expect(results[1]).toMatchObject({ interfaces: [{ name: 'cni0', mac: before }, {}, {}] });
  });

  test('routes as IPAM says, with all that a result can say of them', async () => {
    await using node = await createPluginNode(plugin, 1);
    const [pod] = node.containers;
    const routes = [
      { dst: '198.51.100.0/24', mtu: 1300, advmss: 1200, priority: 7 },
      { dst: '203.0.113.0/24', gw: '10.244.0.9', table: 4242 },
      { dst: '192.0.2.0/24', scope: 253 },
    ];
    const ipam = {
      type: 'host-local',
      dataDir: join(node.folder, 'networks'),
      subnet: '10.244.0.0/24',
      routes,
    };
    const result = await add(node, pod, { ipam });
    expect(result).toMatchObject({ routes: [...routes, { dst: '0.0.0.0/0' }] });
    expect(await node.ip('route show 198.51.100.0/24', pod)).toMatchObject([
      { gateway: '10.244.0.1', metric: 7, metrics: [{ mtu: 1300, advmss: 1200 }] },
    ]);
    expect(await node.ip('route show table 4242', pod)).toMatchObject([
      { dst: '203.0.113.0/24', gateway: '10.244.0.9' },
    ]);
    expect(await node.ip('route show 192.0.2.0/24', pod)).toMatchObject([{ dev: 'eth0', scope: 'link' }]);
  });

  test('without IPAM, an interface that is connected', async () => {
    await using node = await createPluginNode(plugin, 1);
    const [pod] = node.containers;
    await add(node, pod, { ipam: undefined });
    expect(await node.ip('link show eth0', pod)).toMatchObject([{ operstate: 'UP' }]);
  });
});

describe.skipIf(missing)('a bridge that is there', () => {
  test.for<readonly [string, readonly string[], JsonValue, number | undefined]>([
    ['is no bridge', ['link add cni0 type veth peer name other'], {}, 105],
    [
      'has another address of the network',
      ['link add cni0 type bridge', 'addr add 10.244.0.9/16 dev cni0'],
      {},
      105,
    ],
    [
      'has one that may go',
      ['link add cni0 type bridge', 'addr add 10.244.0.9/16 dev cni0'],
      { forceAddress: true },
      undefined,
    ],
    [
      'has one that does not matter',
      ['link add cni0 type bridge', 'addr add 10.9.0.1/16 dev cni0'],
      {},
      undefined,
    ],
    [
      'is to have none',
      ['link add cni0 type bridge', 'addr add 10.244.0.9/16 dev cni0'],
      { isGateway: false },
      undefined,
    ],
  ])('%s', async ([, lines, settings, code]) => {
    await using node = await createPluginNode(plugin, 1);
    await node.change(lines);
    const answer = await node.call('ADD', {
      container: node.containers[0],
      input: configuration(node, settings),
    });
    expect(answer.output?.code).toBe(code);
    expect(await pairs(node)).toHaveLength(code === undefined ? 1 : 0);
    expect(await reservations(node)).toHaveLength(code === undefined ? 2 : 0);
  });
});

describe.skipIf(missing)('CHECK', () => {
  test.for<readonly [string, 'node' | 'pod' | 'nothing', string, string]>([
    ['nothing', 'nothing', '', ''],
    ['another route, which somebody in the chain added', 'nothing', 'route add 203.0.113.0/24 dev eth0', ''],
    ['an address', 'pod', 'addr del 10.244.0.2/24 dev eth0', 'lacks the address 10.244.0.2/24'],
    ['a route', 'pod', 'route del default', 'the route to 0.0.0.0/0 by 10.244.0.1 is missing'],
    ['the interface', 'pod', 'link del eth0', 'eth0 is missing'],
    ['the state of the interface', 'pod', 'link set eth0 down', 'eth0 is down'],
    [
      'the MAC address',
      'pod',
      'link set eth0 address 02:00:00:00:00:01',
      'has the MAC address 02:00:00:00:00:01',
    ],
    ['the bridge', 'node', 'link del cni0', 'the bridge cni0 is missing'],
    ["the bridge's address", 'node', 'addr flush dev cni0', 'cni0 lacks 10.244.0.1'],
    ["the bridge's port", 'node', 'link set VETH nomaster', 'is no port of the bridge'],
  ])('tells what has changed: %s', async ([, where, line, said]) => {
    await using node = await createPluginNode(plugin, 1);
    const [pod] = node.containers;
    const prevResult = await add(node, pod);
    const veth = String((await pairs(node))[0]?.ifname);
    if (line !== '') await node.change([line.replace('VETH', veth)], where === 'node' ? undefined : pod);
    const input = configuration(node, { prevResult });
    const { status, output, stdout } = await node.call('CHECK', { container: pod, input });
    if (where === 'nothing') expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    else expect(output).toMatchObject({ code: 104, details: expect.stringContaining(said) });
  });

  test('tells that the reservation is gone', async () => {
    await using node = await createPluginNode(plugin, 1);
    const [pod] = node.containers;
    const prevResult = await add(node, pod);
    for (const name of await reservations(node)) await rm(join(node.folder, 'networks/podnet', name));
    const answer = await node.call('CHECK', { container: pod, input: configuration(node, { prevResult }) });
    expect(answer.output).toMatchObject({
      code: 104,
      msg: expect.stringContaining('no address is reserved'),
    });
  });
});

describe.skipIf(missing)('what goes', () => {
  test('with DEL, all; a second one finds nothing, and succeeds', async () => {
    await using node = await createPluginNode(plugin, 1);
    const [pod] = node.containers;
    await add(node, pod);
    for (let time = 0; time < 2; time += 1) {
      await remove(node, pod);
      expect([await pairs(node), await reservations(node)]).toEqual([[], []]);
    }
  });

  test('with DEL, when the namespace has gone before', async () => {
    await using node = await createPluginNode(plugin, 1);
    const [pod] = node.containers;
    await add(node, pod);
    await execa('ip', ['netns', 'del', String(pod?.split('/').at(-1))]);
    await remove(node, pod);
    expect([await pairs(node), await reservations(node)]).toEqual([[], []]);
  });

  test('with GC, what no valid attachment has', async () => {
    await using node = await createPluginNode(plugin);
    const [kept, gone] = node.containers;
    await add(node, kept);
    await add(node, gone);
    const valid = [{ containerID: kept?.split('/').at(-1), ifname: 'eth0' }];
    const { status } = await node.call('GC', {
      input: configuration(node, { 'cni.dev/valid-attachments': valid }),
    });
    expect(status).toBe(0);
    expect(await reservations(node)).toEqual(['10.244.0.2', 'fd00:10:244::2']);
    expect(await pairs(node)).toMatchObject([
      { ifalias: expect.stringContaining(String(valid[0]?.containerID)) },
    ]);
  });

  test('when no address is left, what a restart of the node left reserved', async () => {
    await using node = await createPluginNode(plugin, 6);
    const ipam = { type: 'host-local', dataDir: join(node.folder, 'networks'), subnet: '10.244.0.0/29' };
    const [last, ...before] = node.containers;
    for (const container of before) await add(node, container, { ipam });
    const refused = await node.call('ADD', { container: last, input: configuration(node, { ipam }) });
    expect(refused.output).toMatchObject({ code: 101 });
    for (const container of before) await execa('ip', ['netns', 'del', containerIdOf(container)]);
    await until(
      () => pairs(node),
      (left) => left.length === 0,
    );
    expect(await add(node, last, { ipam })).toMatchObject({ ips: [{ address: '10.244.0.2/29' }] });
    expect(await reservations(node)).toEqual(['10.244.0.2']);
  });

  test('a file that its writer died over keeps no address', async () => {
    await using node = await createPluginNode(plugin);
    const [first, second] = node.containers;
    await add(node, first);
    await node.call('DEL', { container: first, input: configuration(node) });
    const folder = join(node.folder, 'networks/podnet');
    for (const name of ['10.244.0.3', 'fd00:10:244::3']) await writeFile(join(folder, name), '');
    const result = await add(node, second);
    expect(result).toMatchObject({ ips: [{ address: '10.244.0.3/24' }, { address: 'fd00:10:244::3/64' }] });
    expect(await readFile(join(folder, '10.244.0.3'), 'utf8')).toBe(`${second?.split('/').at(-1)}\r\neth0`);
  });
});
