import { UserError } from '../../program/exit-status.ts';
import type { LabContext } from '../daemon/lab-context.ts';
import type { ConnectNodes } from '../network/connect-nodes.ts';
import { hostNumbers, mostNodes } from '../network/lab-addresses.ts';
import { recordOf, zoneLabel } from './node-object.ts';
import { type LabNode, type NodeIdentity, startNode } from './start-node.ts';

/** The nodes of a lab. */
export interface NodePool {
  readonly all: readonly LabNode[];
  /** Starts nodes side by side. Without a name it is the next `node-N`. Throws a `UserError` where there is no room. */
  add(names: readonly (string | undefined)[]): Promise<readonly LabNode[]>;
  /** Powers a node off, and deletes its Node and the Pods on it. Throws a `UserError` where there is no such node. */
  remove(name: string): Promise<void>;
  /** Powers a node off and on again: its pods get new namespaces. Throws as `remove`. */
  reboot(name: string): Promise<void>;
}

/** `hosts` is what /etc/hosts of the nodes says. */
export function createNodePool(
  context: LabContext,
  connectNodes: ConnectNodes,
  hosts: () => string,
): NodePool {
  const { store, spec } = context;
  const nodes = new Map<string, LabNode>();
  const taken = new Map<string, number>();
  const connect = () =>
    connectNodes(
      [...nodes.values()].map(({ name, host }) => ({
        host,
        record: recordOf(name, host, store.get('Node', name)),
      })),
    );
  const identify = (wanted: string | undefined): NodeIdentity => {
    const numbers = new Set(taken.values());
    const free = Array.from({ length: mostNodes }, (_, index) => index).find((index) => !numbers.has(index));
    if (free === undefined) throw new UserError(`a lab has room for ${mostNodes} nodes`);
    const name = wanted ?? nextName(taken);
    if (taken.has(name)) throw new UserError(`there is a node ${name} already`);
    taken.set(name, free);
    return {
      name,
      number: hostNumbers.firstNode + free,
      zone: zoneOf(name) ?? spec.zones[free % spec.zones.length],
    };
  };
  const zoneOf = (name: string) => store.get('Node', name)?.metadata.labels?.[zoneLabel];
  const start = async (identity: NodeIdentity) => {
    const node = await startNode(identity, context, hosts);
    nodes.set(node.name, node);
    return node;
  };
  const find = (name: string) => {
    const node = nodes.get(name);
    if (node === undefined)
      throw new UserError(
        `there is no node ${JSON.stringify(name)}; there are ${[...nodes.keys()].join(', ') || 'none'}`,
      );
    return node;
  };
  return {
    get all() {
      return [...nodes.values()].sort((one, other) =>
        one.host.network.localeCompare(other.host.network, 'en', { numeric: true }),
      );
    },
    async add(names) {
      const started = await Promise.all(names.map(identify).map(start));
      await connect();
      return started;
    },
    async remove(name) {
      const node = find(name);
      nodes.delete(name);
      await node.powerOff();
      taken.delete(name);
      if (store.get('Node', name) !== undefined) store.remove('Node', name);
      for (const { metadata, spec: podSpec } of store.list('Pod'))
        if (podSpec.nodeName === name)
          store.remove('Pod', `${metadata.namespace}/${metadata.name}`, { gracePeriodSeconds: 0 });
      await connect();
    },
    async reboot(name) {
      const node = find(name);
      nodes.delete(name);
      await node.powerOff();
      const number = hostNumbers.firstNode + (taken.get(name) ?? 0);
      await start({ name, number, zone: zoneOf(name) });
      await connect();
    },
  };
}

function nextName(taken: ReadonlyMap<string, number>): string {
  for (let number = 1; ; number += 1) if (!taken.has(`node-${number}`)) return `node-${number}`;
}
