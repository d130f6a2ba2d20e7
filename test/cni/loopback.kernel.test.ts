import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPluginNode } from '../support/cni/plugin-node.ts';
import { plugin } from '../support/cni/portolan-node.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';

test.skipIf(labUnavailable())('under the name loopback, it sets lo up and down', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-cni-'));
  await symlink(plugin, join(folder, 'loopback'));
  await using node = await createPluginNode(join(folder, 'loopback'), 1);
  const [container] = node.containers;
  const input = { cniVersion: '1.0.0', name: 'cni-loopback', type: 'loopback' };
  const call = (operation: string) => node.call(operation, { container, ifname: 'lo', input });
  const state = async () => (await node.ip('link show lo', container))[0]?.flags;
  expect(await call('CHECK')).toMatchObject({ status: 1, output: { code: 104 } });
  expect(await call('ADD')).toMatchObject({
    status: 0,
    output: {
      interfaces: [{ name: 'lo', sandbox: container }],
      ips: [{ address: '127.0.0.1/8' }, { address: '::1/128' }],
    },
  });
  expect(await state()).toContain('UP');
  expect(await call('CHECK')).toMatchObject({ status: 0 });
  expect(await call('DEL')).toMatchObject({ status: 0 });
  expect(await state()).not.toContain('UP');
  await rm(folder, { recursive: true });
});
