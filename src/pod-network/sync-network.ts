import type { BirdDaemon } from '../kernel/bird/bird-daemon.ts';
import { listAddresses } from '../kernel/netlink/route/addresses.ts';
import { listLinks } from '../kernel/netlink/route/links.ts';
import type { RouteSocket } from '../kernel/netlink/route/route-socket.ts';
import { ensureSysctl } from '../kernel/node/sysctl.ts';
import { cidrFamily } from '../net/cidr.ts';
import { formatProblem, type Problem } from '../state/problem.ts';
import type { NodeRecord } from '../state/records.ts';
import { applyCniConfig } from './apply-cni-config.ts';
import { applyMasquerade } from './apply-masquerade.ts';
import { applyNetwork } from './apply-network.ts';
import { applyBgp } from './bgp/apply-bgp.ts';
import type { KnownNodes } from './known-nodes.ts';
import type { CniFolders, NetworkOptions } from './network-options.ts';
import type { NetworkPlan } from './network-plan.ts';
import { planNetwork } from './plan-network.ts';
import { findUplink, type Uplink } from './underlay.ts';

/** How a sync went. */
export interface SyncReport {
  /** What was written, a line each; empty where all was as planned. */
  readonly done: readonly string[];
  /** Why the network is not whole, a line each. */
  readonly problems: readonly string[];
  /** `undefined` where nothing could be planned. */
  readonly plan: NetworkPlan | undefined;
}

/** Has this machine's part of the pod network as the known nodes ask for. Rejects where the kernel cannot be looked at. */
export async function syncNetwork(
  socket: RouteSocket,
  bird: BirdDaemon,
  nodes: KnownNodes,
  options: NetworkOptions,
): Promise<SyncReport> {
  const own = nodes.all.find(({ name }) => name === options.nodeName);
  const obstacle = obstacleOf(own, options.nodeName);
  if (own === undefined || obstacle !== undefined) return nothingPlanned(obstacle);
  const uplink = findUplink(own.addresses, listLinks(socket), listAddresses(socket));
  if (uplink === undefined) return nothingPlanned(strangeAddresses(own));
  const { plan, problems } = planNetwork(nodes.all, own, uplink, options);
  await forward(own);
  return await apply(socket, bird, {
    plan,
    problems,
    uplink,
    mayRemove: nodes.isComplete,
    own,
    cni: options.cni,
  });
}

async function apply(
  socket: RouteSocket,
  bird: BirdDaemon,
  application: {
    readonly plan: NetworkPlan;
    readonly problems: readonly Problem[];
    readonly uplink: Uplink;
    readonly mayRemove: boolean;
    readonly own: NodeRecord;
    readonly cni: CniFolders | undefined;
  },
): Promise<SyncReport> {
  const { plan, problems, own, cni } = application;
  const { done, refused } = applyNetwork(socket, application);
  const masqueraded = await applyMasquerade(plan.masquerade);
  const announced = await applyBgp(plan.bgp, bird);
  const configured = await applyCniConfig(cni, own.podCIDRs, plan.podMtu);
  return {
    done: [...done, ...masqueraded, ...announced, ...configured],
    problems: [...problems.map(formatProblem), ...refused],
    plan,
  };
}

function obstacleOf(own: NodeRecord | undefined, name: string): Problem | undefined {
  const object = `Node ${name}`;
  if (own === undefined)
    return { object, reason: 'is not there; --hostname-override names the Node of this machine' };
  return own.podCIDRs.length === 0 ? { object, reason: 'has no spec.podCIDRs yet' } : undefined;
}

function strangeAddresses({ name, addresses }: NodeRecord): Problem {
  const reason = `this machine has none of its addresses (${addresses.join(', ') || 'none'})`;
  return { object: `Node ${name}`, field: 'status.addresses', reason };
}

function nothingPlanned(problem: Problem | undefined): SyncReport {
  return { done: [], problems: problem === undefined ? [] : [formatProblem(problem)], plan: undefined };
}

/** Packets of pods pass the node as those of a router. */
async function forward({ podCIDRs }: NodeRecord): Promise<void> {
  const families = new Set(podCIDRs.map(cidrFamily));
  if (families.has('IPv4')) await ensureSysctl('net/ipv4/ip_forward', 1);
  if (families.has('IPv6')) await ensureSysctl('net/ipv6/conf/all/forwarding', 1);
}
