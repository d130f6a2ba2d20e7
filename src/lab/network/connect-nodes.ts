import { listAddresses } from '../../kernel/netlink/route/addresses.ts';
import { listLinks } from '../../kernel/netlink/route/links.ts';
import { bindRouteSocket } from '../../kernel/netlink/route/route-socket.ts';
import { applyNetwork } from '../../pod-network/apply-network.ts';
import type { NetworkWay } from '../../pod-network/network-options.ts';
import { planNetwork } from '../../pod-network/plan-network.ts';
import { findUplink } from '../../pod-network/underlay.ts';
import { formatProblem } from '../../state/problem.ts';
import type { NodeRecord } from '../../state/records.ts';
import { runtimeFolder } from '../daemon/lab-context.ts';
import type { LabSpec } from '../lab-spec.ts';
import type { Namespaces } from '../runtime/namespaces.ts';
import { loadMasquerade, masqueradeText } from './load-masquerade.ts';
import { createRoutingDaemons, labBgp } from './routing-daemons.ts';
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
export async function bindConnectNodes(
  { network, families }: Pick<LabSpec, 'network' | 'families'>,
  namespaces: Namespaces,
): Promise<ConnectNodes> {
  const open = await bindRouteSocket();
  const way: NetworkWay = network === 'bgp' ? { network, bgp: labBgp(families) } : { network };
  const daemons = createRoutingDaemons(families, `${runtimeFolder}/routing`, namespaces);
  const loaded = new WeakMap<Host, string>();
  const connect = ({ host, record }: ConnectedNode, all: readonly NodeRecord[]) =>
    namespaces.inNetwork(host.network, () => {
      using socket = open();
      const uplink = findUplink(record.addresses, listLinks(socket), listAddresses(socket));
      if (uplink === undefined) throw new Error(`node ${record.name} has no link to the others`);
      const options = { ...way, nodeName: record.name, clusterCIDRs: [], masquerade: true, cni: undefined };
      const { plan, problems } = planNetwork(all, record, uplink, options);
      const { refused } = applyNetwork(socket, { plan, uplink, mayRemove: true });
      const faults = [...problems.map(formatProblem), ...refused];
      if (faults.length > 0) throw new Error(`node ${record.name}: ${faults.join('; ')}`);
      return plan;
    });
  return async (nodes) => {
    const records = nodes.map(({ record }) => record);
    const planned = nodes.map((node) => ({ host: node.host, plan: connect(node, records) }));
    if (network === 'bgp')
      daemons.speak(
        planned.flatMap(({ host, plan: { bgp } }) => (bgp === undefined ? [] : [{ host, plan: bgp }])),
      );
    const changed = planned.flatMap(({ host, plan }) => {
      const text = masqueradeText(plan.masquerade);
      if (loaded.get(host) === text) return [];
      loaded.set(host, text);
      return [{ host, text }];
    });
    await Promise.all(changed.map(({ host, text }) => loadMasquerade(text, host.network, namespaces)));
  };
}
