import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPluginNode, type PluginNode } from '../support/cni/plugin-node.ts';
import { pairs, plugin, reservations } from '../support/cni/portolan-node.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';

/** The reference plugins of Debian's containernetworking-plugins, or those of the folder that is named. */
const folder = process.env.PORTOLAN_REFERENCE_PLUGINS ?? '/usr/lib/cni';
const reference = join(folder, 'bridge');
const missing = labUnavailable() ?? (existsSync(reference) ? undefined : `${reference} is not installed`);

/** The same network for both, but for the type. */
function network({ folder: files }: PluginNode, ipamType = 'host-local') {
  const ipam = { type: ipamType, dataDir: join(files, 'networks'), subnet: '10.244.0.0/24' };
  return (type: string) => ({
    ...{ cniVersion: '1.0.0', name: 'podnet', type, bridge: 'cni0' },
    ...{ isDefaultGateway: true, hairpinMode: true, ipam },
  });
}

describe.skipIf(missing)('pods stay while one plugin takes the place of the other', () => {
  test.for([
    ['portolan', plugin, 'bridge', reference],
    ['bridge', reference, 'portolan', plugin],
  ] as const)('%s, then %s', async ([firstType, first, secondType, second]) => {
    await using node = await createPluginNode(plugin);
    const [old, young] = node.containers;
    const of = network(node);
    const before = await node.call('ADD', { container: old, plugin: first, input: of(firstType) });
    expect(before).toMatchObject({ status: 0, output: { ips: [{ address: '10.244.0.2/24' }] } });
    const after = await node.call('ADD', { container: young, plugin: second, input: of(secondType) });
    expect(after).toMatchObject({ status: 0, output: { ips: [{ address: '10.244.0.3/24' }] } });
    const input = { ...of(secondType), prevResult: before.output };
    expect(await node.call('CHECK', { container: old, plugin: second, input })).toMatchObject({ status: 0 });
    expect(await node.call('DEL', { container: old, plugin: second, input })).toMatchObject({ status: 0 });
    expect(await reservations(node)).toEqual(['10.244.0.3']);
    expect((await node.ip('link show', old)).map(({ ifname }) => ifname)).toEqual(['lo']);
    expect(await node.call('DEL', { container: young, plugin: first, input: of(firstType) })).toMatchObject({
      status: 0,
    });
    expect([await reservations(node), await pairs(node)]).toEqual([[], []]);
  });

  test('at the same time, and no address is given twice', async () => {
    await using node = await createPluginNode(plugin, 16);
    const of = network(node);
    const answers = await Promise.all(
      node.containers.map((container, at) =>
        at % 2 === 0
          ? node.call('ADD', { container, input: of('portolan') })
          : node.call('ADD', { container, plugin: reference, input: of('bridge') }),
      ),
    );
    expect(answers.filter(({ status }) => status !== 0)).toEqual([]);
    expect(new Set(answers.map(({ output }) => JSON.stringify(output?.ips))).size).toBe(16);
    expect(await reservations(node)).toHaveLength(16);
  });
});

describe.skipIf(missing)('the IPAM plugins of others', () => {
  test('static gives the addresses of its configuration', async () => {
    await using node = await createPluginNode(plugin, 1);
    const ipam = {
      type: 'static',
      addresses: [
        { address: '10.9.0.5/24', gateway: '10.9.0.1' },
        { address: 'fd09::5/64', gateway: 'fd09::1' },
      ],
      routes: [{ dst: '203.0.113.0/24' }],
    };
    const [pod] = node.containers;
    const input = { ...network(node)('portolan'), ipam };
    const added = await node.call('ADD', { container: pod, path: [folder], input });
    expect(added).toMatchObject({
      status: 0,
      output: {
        ips: [{ address: '10.9.0.5/24' }, { address: 'fd09::5/64' }],
        routes: [
          { dst: '203.0.113.0/24' },
          { dst: '0.0.0.0/0', gw: '10.9.0.1' },
          { dst: '::/0', gw: 'fd09::1' },
        ],
      },
    });
    expect(await node.ip('address show cni0')).toMatchObject([
      { addr_info: [{ local: '10.9.0.1' }, { local: 'fd09::1' }, { scope: 'link' }] },
    ]);
    const check = { ...input, prevResult: added.output };
    expect(await node.call('CHECK', { container: pod, path: [folder], input: check })).toMatchObject({
      status: 0,
    });
    expect(await node.call('DEL', { container: pod, path: [folder], input: check })).toMatchObject({
      status: 0,
    });
    expect(await pairs(node)).toEqual([]);
  });
});
