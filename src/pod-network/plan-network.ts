import { type Address, familyOf } from '../net/address.ts';
import { type Cidr, cidrFamily, networkAddress } from '../net/cidr.ts';
import { vxlanOverhead } from '../net/vxlan-overhead.ts';
import type { Problem } from '../state/problem.ts';
import type { NodeRecord } from '../state/records.ts';
import { planBgp } from './bgp/plan-bgp.ts';
import { disjointNetworks } from './disjoint-networks.ts';
import type { NetworkOptions } from './network-options.ts';
import type { NetworkPlan, RoutePlan, TunnelPeer, TunnelPlan } from './network-plan.ts';
import { tunnelMac } from './tunnel-mac.ts';
import { addressOfFamily, isOnLink, type Uplink } from './underlay.ts';

export interface PlannedNetwork {
  readonly plan: NetworkPlan;
  /** Nodes whose pods cannot be reached, and why. */
  readonly problems: readonly Problem[];
}

/** The pod network as this node is to have it. `own` is one of the nodes. */
export function planNetwork(
  nodes: readonly NodeRecord[],
  own: NodeRecord,
  uplink: Uplink,
  options: NetworkOptions,
): PlannedNetwork {
  const disjoint = disjointNetworks([...nodes].sort(byName));
  const others = disjoint.nodes.filter(({ name }) => name !== own.name);
  const { plan, problems } = planOthers(others, own, uplink, options);
  const isNamed = (problem: Problem) => disjoint.problems.some(({ object }) => object === problem.object);
  return { plan, problems: [...disjoint.problems, ...problems.filter((problem) => !isNamed(problem))] };
}

function planOthers(
  others: readonly NodeRecord[],
  own: NodeRecord,
  uplink: Uplink,
  options: NetworkOptions,
): PlannedNetwork {
  const pods = podNetworks([own, ...others], options);
  const masquerade = options.masquerade ? { sources: own.podCIDRs, destinations: pods } : undefined;
  const plain = { tunnel: undefined, routes: [], bgp: undefined, masquerade, podMtu: uplink.mtu };
  switch (options.network) {
    case 'bgp': {
      const { bgp, problems } = planBgp(own, pods, options.bgp);
      return { plan: { ...plain, bgp }, problems };
    }
    case 'host-gw': {
      const { planned, problems } = collect(others, (node) => directRoutes(node, uplink));
      return { plan: { ...plain, routes: planned.flat() }, problems };
    }
    case 'vxlan': {
      const [local] = own.addresses;
      if (local === undefined) return { plan: plain, problems: [] };
      const { planned, problems } = collect(others, (node) => peerOf(node, local));
      const tunnel = tunnelPlan(own, uplink, local, planned);
      const routes = planned.flatMap((peer) => tunnelRoutes(peer, others));
      return { plan: { ...plain, tunnel, routes, podMtu: tunnel.mtu }, problems };
    }
  }
}

function tunnelPlan(
  own: NodeRecord,
  uplink: Uplink,
  local: Address,
  peers: readonly TunnelPeer[],
): TunnelPlan {
  return {
    mac: tunnelMac(own.name),
    local,
    link: uplink.index,
    mtu: uplink.mtu - vxlanOverhead[familyOf(local)],
    addresses: own.podCIDRs.map(networkAddress),
    peers,
  };
}

function peerOf(node: NodeRecord, local: Address): TunnelPeer | string {
  const family = familyOf(local);
  const address = addressOfFamily(node.addresses, family);
  if (address === undefined) return `has no ${family} address in status.addresses, by which the tunnel goes`;
  return { node: node.name, mac: tunnelMac(node.name), address, gateways: node.podCIDRs.map(networkAddress) };
}

/** The gateway of a route through the tunnel is an address of the other end, which the neighbour entry makes reachable. */
function tunnelRoutes(peer: TunnelPeer, nodes: readonly NodeRecord[]): readonly RoutePlan[] {
  const { podCIDRs = [] } = nodes.find(({ name }) => name === peer.node) ?? {};
  return podCIDRs.map((destination) => ({
    node: peer.node,
    destination,
    gateway: networkAddress(destination),
    by: 'tunnel',
  }));
}

function directRoutes(node: NodeRecord, uplink: Uplink): readonly RoutePlan[] | string {
  const routes: RoutePlan[] = [];
  for (const destination of node.podCIDRs) {
    const family = cidrFamily(destination);
    const gateway = addressOfFamily(node.addresses, family);
    if (gateway === undefined)
      return `has no ${family} address in status.addresses, by which ${destination} is reached`;
    if (!isOnLink(uplink, gateway))
      return `has the address ${gateway}, which is not on a network of ${uplink.name} (${uplink.networks.join(', ')}): host-gw needs nodes without a router in between`;
    routes.push({ node: node.name, destination, gateway, by: 'uplink' });
  }
  return routes;
}

/** What is planned for each node that has pods; of the others, why not. */
function collect<T>(
  nodes: readonly NodeRecord[],
  planFor: (node: NodeRecord) => T | string,
): { readonly planned: readonly T[]; readonly problems: readonly Problem[] } {
  const planned: T[] = [];
  const problems: Problem[] = [];
  for (const node of nodes) {
    const result = node.podCIDRs.length === 0 ? 'has no spec.podCIDRs yet' : planFor(node);
    if (typeof result === 'string') problems.push({ object: `Node ${node.name}`, reason: result });
    else planned.push(result);
  }
  return { planned, problems };
}

function podNetworks(nodes: readonly NodeRecord[], { clusterCIDRs }: NetworkOptions): readonly Cidr[] {
  return clusterCIDRs.length > 0 ? clusterCIDRs : nodes.flatMap((node) => node.podCIDRs).sort();
}

function byName(one: NodeRecord, other: NodeRecord): number {
  return one.name < other.name ? -1 : 1;
}
