import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPluginNode } from '../support/cni/plugin-node.ts';
import { configuration, pairs, plugin, reservations } from '../support/cni/portolan-node.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';

const missing = labUnavailable();

test.skipIf(missing)(
  '100 ADDs at once give 100 addresses of each family, and 100 DELs at once take all back',
  async () => {
    await using node = await createPluginNode(plugin, 100);
    const input = configuration(node);
    const added = await Promise.all(
      node.containers.map((container) => node.call('ADD', { container, input })),
    );
    expect(added.filter(({ status }) => status !== 0)).toEqual([]);
    const addresses = added.flatMap(({ output }) => addressesIn(output));
    expect(new Set(addresses).size).toBe(200);
    expect([...(await reservations(node))].sort()).toEqual(addresses.map(withoutPrefix).sort());
    expect(await pairs(node)).toHaveLength(100);
    const removed = await Promise.all(
      node.containers.map((container) => node.call('DEL', { container, input })),
    );
    expect(removed.filter(({ status }) => status !== 0)).toEqual([]);
    expect([await pairs(node), await reservations(node)]).toEqual([[], []]);
  },
);

test.skipIf(missing)('of 20 ADDs at once 13 find an address, and 7 are told that none is left', async () => {
  await using node = await createPluginNode(plugin, 20);
  const ipam = { type: 'host-local', dataDir: join(node.folder, 'networks'), subnet: '10.244.0.0/28' };
  const input = configuration(node, { ipam });
  const answers = await Promise.all(
    node.containers.map((container) => node.call('ADD', { container, input })),
  );
  const refused = answers.filter(({ status }) => status !== 0);
  expect(refused.map(({ output }) => [output?.code, output?.msg])).toEqual(
    Array.from({ length: 7 }, () => [101, 'no address is left in 10.244.0.1-10.244.0.14']),
  );
  expect(await reservations(node)).toHaveLength(13);
  expect(await pairs(node)).toHaveLength(13);
});

function addressesIn(output: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const ips: unknown = output?.ips;
  return Array.isArray(ips) ? ips.map(({ address }) => String(address)) : [];
}

function withoutPrefix(address: string): string {
  return address.slice(0, address.indexOf('/'));
}
