import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JsonValue, PluginNode } from '../plugin-node.ts';
import { plugin as ownPlugin } from '../portolan-node.ts';

/** The plugin that the conformance suite is about: that which PORTOLAN_CNI_PLUGIN names, and this project's own by default. */
export const subject = process.env.PORTOLAN_CNI_PLUGIN ?? ownPlugin;

/** As runtimes name it in configuration. */
export const type = basename(subject) === 'portolan-cni' ? 'portolan' : basename(subject);

/**
 * A configuration for the plugin, in the newest version that both it and the suite know, or the one said. PORTOLAN_CNI_CONF names
 * a file that holds one; else there is one for each type that is known.
 */
export function subjectConfiguration(node: PluginNode, settings: JsonValue = {}): JsonValue {
  return { cniVersion: '1.1.0', name: 'conformance', type, ...basis(node), ...settings };
}

/** Whether the plugin asks an IPAM plugin for addresses. */
export function usesIpam(node: PluginNode): boolean {
  return 'ipam' in basis(node);
}

/** What is missing for the suite, in words; `undefined` where nothing is. */
export function subjectUnavailable(): string | undefined {
  if (statSync(subject, { throwIfNoEntry: false }) === undefined) return `there is no plugin ${subject}`;
  if (file === undefined && !Object.hasOwn(known, type))
    return `no configuration is known for a plugin of type ${type}: name a file by --conf`;
  return undefined;
}

const file = process.env.PORTOLAN_CNI_CONF;

function basis(node: PluginNode): JsonValue {
  if (file === undefined) return known[type]?.(join(node.folder, 'networks')) ?? {};
  const { plugins, ...configuration }: JsonValue = JSON.parse(readFileSync(file, 'utf8'));
  const [first]: readonly JsonValue[] = Array.isArray(plugins) ? plugins : [];
  return first ?? configuration;
}

const ipam = (dataDir: string) => ({
  type: 'host-local',
  dataDir,
  subnet: '10.244.0.0/24',
  routes: [{ dst: '0.0.0.0/0' }],
});

/** The node of the suite has a link `uplink`. */
const known: Readonly<Record<string, (dataDir: string) => JsonValue>> = {
  portolan: (dataDir) => ({ bridge: 'cni0', ipam: ipam(dataDir) }),
  bridge: (dataDir) => ({ bridge: 'cni0', isGateway: true, ipam: ipam(dataDir) }),
  ptp: (dataDir) => ({ ipam: ipam(dataDir) }),
  macvlan: (dataDir) => ({ master: 'uplink', ipam: ipam(dataDir) }),
  ipvlan: (dataDir) => ({ master: 'uplink', ipam: ipam(dataDir) }),
};
