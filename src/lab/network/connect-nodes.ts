import { listAddresses } from '../../kernel/netlink/route/addresses.ts';
import { listLinks } from '../../kernel/netlink/route/links.ts';
import { bindRouteSocket } from '../../kernel/netlink/route/route-socket.ts';
import { applyNetwork } from '../../pod-network/apply-network.ts';
import { planNetwork } from '../../pod-network/plan-network.ts';
import { findUplink } from '../../pod-network/underlay.ts';
import { formatProblem } from '../../state/problem.ts';
import type { NodeRecord } from '../../state/records.ts';
import type { NetworkKind } from '../lab-spec.ts';
import type { Namespaces } from '../runtime/namespaces.ts';
import { loadMasquerade, masqueradeText } from './load-masquerade.ts';
import type { Host } from './underlay.ts';

export interface ConnectedNode {
  readonly host: Host;
  readonly record: NodeRecord;
}

/** Has the nodes reach the pods of one another, and of no others. Rejects with a sentence for people about what is refused. */
export type ConnectNodes = (nodes: readonly ConnectedNode[]) => Promise<void>;

/**
 * Does for each node of a lab what `portolan pod-network run` does on a node: by the same plans, but in one process, which enters
 * the nodes' network namespaces.
 */
export async function bindConnectNodes(network: NetworkKind, namespaces: Namespaces): Promise<ConnectNodes> {
  const open = await bindRouteSocket();
  const loaded = new WeakMap<Host, string>();
  /** Returns what the node masquerades. */
  const connect = ({ host, record }: ConnectedNode, all: readonly NodeRecord[]) =>
    namespaces.inNetwork(host.network, () => {
      using socket = open();
      const uplink = findUplink(record.addresses, listLinks(socket), listAddresses(socket));
      if (uplink === undefined) throw new Error(`node ${record.name} has no link to the others`);
      const options = { network, nodeName: record.name, clusterCIDRs: [], masquerade: true, cni: undefined };
      const { plan, problems } = planNetwork(all, record, uplink, options);
      const { refused } = applyNetwork(socket, { plan, uplink, mayRemove: true });
      const faults = [...problems.map(formatProblem), ...refused];
      if (faults.length > 0) throw new Error(`node ${record.name}: ${faults.join('; ')}`);
      return plan.masquerade;
    });
  return async (nodes) => {
    const records = nodes.map(({ record }) => record);
    const changed = nodes.flatMap((node) => {
      const text = masqueradeText(connect(node, records));
      if (loaded.get(node.host) === text) return [];
      loaded.set(node.host, text);
      return [{ host: node.host, text }];
    });
    await Promise.all(changed.map(({ host, text }) => loadMasquerade(text, host.network, namespaces)));
  };
}
