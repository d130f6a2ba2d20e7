import { isLoopback } from '../../../src/net/address.ts';
import { cidrContains } from '../../../src/net/cidr.ts';
import type { Route } from '../../../src/plan/service-plan.ts';
import type { Packet } from '../../../src/trace/packet.ts';
import { isNodePortAddress, type PlannedCluster, type Standing } from './planned-cluster.ts';

/**
 * `refused`: rejected or dropped. Two Services refuse it, one at an external IP that is the node's own and one at a node
 * port of the same number, and the order of their rules, which means nothing elsewhere, decides.
 */
export type RefusalVerdict = 'reject' | 'drop' | 'accept' | 'untouched' | 'refused';

/** What becomes of a packet that nothing translated. The node's own packets to itself are sent, and then received. */
export function refusal(cluster: PlannedCluster, packet: Packet): RefusalVerdict {
  const ownSource = cluster.isOwn(packet.source);
  const ownDestination = cluster.isOwn(packet.destination);
  const sent = ownSource ? refusedAt('output', cluster, packet) : undefined;
  const received = ownDestination ? refusedAt('input', cluster, packet) : undefined;
  const passed = ownSource || ownDestination ? undefined : refusedAt('forward', cluster, packet);
  return sent ?? received ?? passed ?? 'untouched';
}

type Place = 'input' | 'forward' | 'output';
type Verdict = RefusalVerdict | undefined;

function refusedAt(place: Place, cluster: PlannedCluster, packet: Packet): Verdict {
  return cluster.mode === 'iptables'
    ? (loopbackGuard(place, cluster, packet) ??
        shutOutAfterwards(cluster, packet) ??
        healthCheck(place, cluster, packet) ??
        withoutEndpoints(place, cluster, packet))
    : (withoutEndpoints(place, cluster, packet) ?? nobodysClusterIP(place, cluster, packet));
}

/** Mode iptables turns route_localnet on for node ports on localhost, and guards the loopback that it opens so. */
function loopbackGuard(place: Place, { facts }: PlannedCluster, { source, destination }: Packet): Verdict {
  const guarded = facts.family === 'IPv4' && facts.localhostNodePorts && place !== 'forward';
  return guarded && isLoopback(destination) && !isLoopback(source) ? 'drop' : undefined;
}

/** See `shutOutBeforeTranslation`. Whom the ranges let in but policy Local keeps from every endpoint ends here as well. */
function shutOutAfterwards(cluster: PlannedCluster, packet: Packet): Verdict {
  const guarded = cluster
    .atAddress(packet)
    .some(
      ({ frontend, plan }) =>
        frontend.kind === 'LoadBalancerIP' &&
        plan.firewall !== undefined &&
        plan.external.action !== 'reject',
    );
  return guarded ? 'drop' : undefined;
}

/** What one nftables table accepts, another may still drop: so only mode iptables accepts health checks. */
function healthCheck(
  place: Place,
  { healthCheckPorts }: PlannedCluster,
  { protocol, port }: Packet,
): Verdict {
  return place === 'input' && protocol === 'TCP' && healthCheckPorts.has(port) ? 'accept' : undefined;
}

function withoutEndpoints(place: Place, cluster: PlannedCluster, packet: Packet): Verdict {
  const address = cluster
    .atAddress(packet)
    .find((standing) => refuses(standing) && isAskedAt(place, cluster, standing));
  const nodePort = refusesNodePorts(place, cluster, packet)
    ? cluster.atNodePort(packet).find(refuses)
    : undefined;
  const refusals = [nodePort, address].flatMap((standing) => standing ?? []).map(refusalOf);
  const [first, second] = refusals;
  const isUndecided = cluster.mode === 'iptables' && second !== undefined && first !== second;
  return isUndecided ? 'refused' : first;
}

function routeOf({ frontend, plan }: Standing): Route {
  return frontend.kind === 'ClusterIP' ? plan.internal : plan.external;
}

function refuses(standing: Standing): boolean {
  return routeOf(standing).action !== 'forward';
}

function refusalOf(standing: Standing): 'reject' | 'drop' {
  return routeOf(standing).action === 'reject' ? 'reject' : 'drop';
}

/**
 * Mode iptables asks for ClusterIPs without endpoints where packets leave the node, and for the other frontends where
 * they come in, so that the node's own packets to another machine's address go on; mode nftables asks everywhere.
 */
function isAskedAt(place: Place, { mode }: PlannedCluster, { frontend }: Standing): boolean {
  if (mode === 'nftables') return true;
  return frontend.kind === 'ClusterIP' ? place !== 'input' : place !== 'output';
}

/** Mode iptables refuses at every address of the node, mode nftables at those that node ports answer on. */
function refusesNodePorts(place: Place, cluster: PlannedCluster, { destination }: Packet): boolean {
  return place === 'input' && (cluster.mode === 'iptables' || isNodePortAddress(cluster, destination));
}

/** Only mode nftables knows that a ClusterIP is nobody's but its Service's, and which addresses are to be ClusterIPs. */
function nobodysClusterIP(
  place: Place,
  { clusterIPs, facts }: PlannedCluster,
  { destination }: Packet,
): Verdict {
  if (place === 'input') return undefined;
  if (clusterIPs.has(destination)) return 'reject';
  return facts.serviceCIDRs.some((cidr) => cidrContains(cidr, destination)) ? 'drop' : undefined;
}
