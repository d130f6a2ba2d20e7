import type { Address } from '../../net/address.ts';
import type { Cidr } from '../../net/cidr.ts';
import { parseCidr } from '../../net/cidr.ts';
import type { NodeRecord } from '../../state/records.ts';
import type { Node } from '../api/kinds/kinds.ts';
import { now, type ObjectStore } from '../api/store/object-store.ts';
import type { Host } from '../network/underlay.ts';

export const zoneLabel = 'topology.kubernetes.io/zone';

/** Creates the Node, or makes one that is there ready again, as its kubelet does. */
export function registerNode(
  store: ObjectStore,
  {
    name,
    zone,
    addresses,
  }: { readonly name: string; readonly zone: string | undefined; readonly addresses: readonly Address[] },
): void {
  if (store.get('Node', name) === undefined)
    store.create({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          ...(zone === undefined ? {} : { [zoneLabel]: zone }),
        },
      },
      spec: {},
    });
  store.modify(
    'Node',
    name,
    (node) => ({ ...node, status: { ...node.status, ...status(name, addresses) } }),
    {
      part: 'status',
    },
  );
}

/** The kubelet of the node is silent: as the node controller has it. */
export function markUnready(store: ObjectStore, name: string): void {
  store.modify(
    'Node',
    name,
    (node) => ({
      ...node,
      status: { ...node.status, conditions: [readyCondition('Unknown', 'NodeStatusUnknown')] },
    }),
    { part: 'status' },
  );
}

export function podCidrsOf({ spec }: Node): readonly Cidr[] {
  return (spec?.podCIDRs ?? []).flatMap((text) => parseCidr(text) ?? []);
}

/** What of a node the networks between nodes are made of. */
export function recordOf(name: string, { addresses }: Host, node: Node | undefined): NodeRecord {
  const podCIDRs = node === undefined ? [] : podCidrsOf(node);
  return { name, zone: '', addresses, podCIDRs, beingDeleted: false };
}

function status(name: string, addresses: readonly Address[]) {
  return {
    addresses: [
      ...addresses.map((address) => ({ type: 'InternalIP', address })),
      { type: 'Hostname', address: name },
    ],
    conditions: [readyCondition('True', 'KubeletReady')],
    nodeInfo: {
      operatingSystem: 'linux',
      containerRuntimeVersion: 'portolan-lab://1',
      kubeletVersion: 'lab',
    },
  };
}

function readyCondition(value: string, reason: string) {
  const time = now();
  return { type: 'Ready', status: value, reason, lastHeartbeatTime: time, lastTransitionTime: time };
}
