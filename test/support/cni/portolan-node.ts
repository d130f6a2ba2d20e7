import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonValue, PluginNode } from './plugin-node.ts';

/** The plugin of this project, as runtimes start it. */
export const plugin = join(import.meta.dirname, '../../../bin/portolan-cni');

/** A network of both families, with these settings besides. */
export function configuration({ folder }: PluginNode, settings: JsonValue = {}): JsonValue {
  const ranges = [[{ subnet: '10.244.0.0/24' }], [{ subnet: 'fd00:10:244::/64' }]];
  const ipam = { type: 'host-local', dataDir: join(folder, 'networks'), ranges };
  return { cniVersion: '1.1.0', name: 'podnet', type: 'portolan', ipam, ...settings };
}

/** The addresses that are reserved in that network. */
export async function reservations({ folder }: PluginNode): Promise<readonly string[]> {
  const names = await readdir(join(folder, 'networks/podnet')).catch(() => []);
  return names.filter((name) => /^[0-9a-f.:]+$/.test(name)).sort();
}

/** The node's ends of pairs. */
export async function pairs(node: PluginNode): Promise<readonly JsonValue[]> {
  const links = await node.ip('link show type veth');
  return links.filter(({ ifname }) => /^veth[0-9a-f]{11}$/.test(String(ifname)));
}
