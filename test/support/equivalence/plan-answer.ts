import { formatEndpoint } from '../../../src/net/address.ts';
import { cidrContains } from '../../../src/net/cidr.ts';
import type { Endpoint, Frontend, ServicePortPlan } from '../../../src/plan/service-plan.ts';
import type { Packet } from '../../../src/trace/packet.ts';
import type { TracedEndpoint } from '../../../src/trace/trace.ts';
import type { Facts } from './facts.ts';
import { type RefusalVerdict, refusal } from './plan-refusal.ts';
import { isNodePortAddress, type Mode, PlannedCluster, type Standing } from './planned-cluster.ts';

/** What becomes of a packet: what a trace says in short. */
export interface Answer {
  readonly verdict: 'dnat' | RefusalVerdict;
  /** Each once, sorted by text. */
  readonly endpoints: readonly TracedEndpoint[];
  /** The sender is hidden, from some endpoint at least. */
  readonly masquerade: boolean;
}

/**
 * What the plans say about a packet. Nothing here asks the code that makes the rules: this is a third account of what
 * Kubernetes promises, beside those of the two backends. Where the modes differ, as they do in kube-proxy, one function
 * says so, and why.
 */
export function planAnswer(
  plans: Iterable<ServicePortPlan>,
  packet: Packet,
  facts: Facts,
  mode: Mode,
): Answer {
  return answersOf(plans, facts, mode)(packet);
}

/** The same for many packets, which are looked up in tables that are made once. */
export function answersOf(
  plans: Iterable<ServicePortPlan>,
  facts: Facts,
  mode: Mode,
): (packet: Packet) => Answer {
  const cluster = new PlannedCluster(plans, facts, mode);
  return (packet) => {
    if (shutOutBeforeTranslation(cluster, packet)) return nowhere('drop');
    const forwarding = translation(cluster, packet);
    return forwarding === undefined
      ? nowhere(refusal(cluster, packet))
      : delivery(cluster, packet, forClient(cluster, packet, forwarding));
  };
}

function nowhere(verdict: RefusalVerdict): Answer {
  return { verdict, endpoints: [], masquerade: false };
}

/** Where a packet may go, all alike, and whether its sender is hidden for what it was sent to. */
interface Forwarding {
  readonly endpoints: readonly Endpoint[];
  readonly masquerade: boolean;
  readonly plan: ServicePortPlan;
}

function translation(cluster: PlannedCluster, packet: Packet): Forwarding | undefined {
  const standing = cluster.atAddress(packet);
  for (const one of standing) {
    const forwarding = throughAddress(cluster, packet, one);
    if (forwarding !== undefined) return forwarding;
  }
  if (!isNodePortAddress(cluster, packet.destination)) return undefined;
  if (standing.some((one) => staysAtAddress(cluster, one))) return undefined;
  const [nodePort] = cluster.atNodePort(packet);
  return nodePort && throughExternal(cluster, packet, nodePort);
}

function throughAddress(cluster: PlannedCluster, packet: Packet, standing: Standing): Forwarding | undefined {
  const { frontend, plan } = standing;
  if (frontend.kind !== 'ClusterIP') {
    return isShutOut(packet, standing) ? undefined : throughExternal(cluster, packet, standing);
  }
  if (plan.internal.action !== 'forward') return undefined;
  const endpoints = plan.internal.policy === 'Local' ? plan.endpoints.local : plan.endpoints.cluster;
  return { endpoints, masquerade: isHiddenFromOutside(cluster, packet, frontend), plan };
}

/** External addresses and node ports. By policy Local pods and the node itself use all endpoints. */
function throughExternal(
  cluster: PlannedCluster,
  packet: Packet,
  { frontend, plan }: Standing,
): Forwarding | undefined {
  const { external, externalTrafficPolicy, endpoints } = plan;
  if (external.action === 'reject') return undefined;
  const hidden = isHiddenFromOutside(cluster, packet, frontend);
  if (externalTrafficPolicy === 'Cluster') return { endpoints: endpoints.cluster, masquerade: true, plan };
  if (isFromPod(cluster, packet)) return { endpoints: endpoints.cluster, masquerade: hidden, plan };
  if (cluster.isOwn(packet.source)) return { endpoints: endpoints.cluster, masquerade: true, plan };
  return external.action === 'drop' ? undefined : { endpoints: endpoints.local, masquerade: hidden, plan };
}

function isFromPod({ facts }: PlannedCluster, { source, inputInterface = '' }: Packet): boolean {
  const detector = facts.localDetector;
  switch (detector?.by) {
    case undefined:
      return false;
    case 'cidr':
      return cidrContains(detector.cidr, source);
    case 'interface':
      return inputInterface === detector.interface;
    case 'interface-prefix':
      return inputInterface.startsWith(detector.prefix);
  }
}

/**
 * Traffic to ClusterIPs that no pod of the cluster sends. Mode iptables hides its sender at the ports of the ClusterIP
 * only; mode nftables at the address, whatever stands at its other ports: it asks before it knows the port's Service.
 */
function isHiddenFromOutside(cluster: PlannedCluster, packet: Packet, { kind }: Frontend): boolean {
  const { masqueradeAll, localDetector } = cluster.facts;
  const toClusterIP =
    cluster.mode === 'iptables' ? kind === 'ClusterIP' : cluster.clusterIPs.has(packet.destination);
  if (!toClusterIP) return false;
  return masqueradeAll || (localDetector !== undefined && !isFromPod(cluster, packet));
}

/** Source ranges are about the load balancer's addresses only. */
function isShutOut({ source }: Packet, { frontend, plan }: Standing): boolean {
  const { firewall, external, frontends } = plan;
  if (frontend.kind !== 'LoadBalancerIP' || firewall === undefined || external.action === 'reject')
    return false;
  if (firewall.sourceRanges.some((range) => cidrContains(range, source))) return false;
  const own = frontends.some((one) => one.kind === 'LoadBalancerIP' && one.address === source);
  return !(firewall.nodeMayPass && own);
}

/**
 * Mode nftables looks at source ranges before the translation. Mode iptables looks at them in the translation, and drops
 * afterwards what was not translated: an external IP or a node port at the same address and port still lets clients in.
 */
function shutOutBeforeTranslation(cluster: PlannedCluster, packet: Packet): boolean {
  return cluster.mode === 'nftables' && cluster.atAddress(packet).some((one) => isShutOut(packet, one));
}

/**
 * Packets to an external address that policy Local keeps from every endpoint. In mode iptables they come back from the
 * Service's chains, and where the address is the node's own, a node port of the same number may take them; in mode
 * nftables, which goes and does not return, they have met what is there for them.
 */
function staysAtAddress({ mode }: PlannedCluster, { frontend, plan }: Standing): boolean {
  return mode === 'nftables' && frontend.kind !== 'ClusterIP' && plan.external.action !== 'reject';
}

/** A client that one of the endpoints has had stays with it. */
function forClient({ facts }: PlannedCluster, { source }: Packet, forwarding: Forwarding): Forwarding {
  const { plan, endpoints } = forwarding;
  if (plan.affinityTimeoutSeconds === undefined) return forwarding;
  const known = endpoints.find(({ address, port }) =>
    facts.remembered?.some(
      ({ client, service, protocol, endpoint }) =>
        client === source &&
        service === plan.name &&
        protocol === plan.protocol &&
        endpoint.address === address &&
        endpoint.port === port,
    ),
  );
  return known === undefined ? forwarding : { ...forwarding, endpoints: [known] };
}

function delivery(
  cluster: PlannedCluster,
  packet: Packet,
  { endpoints, masquerade, plan }: Forwarding,
): Answer {
  const delivered = endpoints.map((endpoint): TracedEndpoint => {
    const hides = masquerade || isHairpin(cluster, packet, endpoint, plan);
    return {
      endpoint: formatEndpoint(endpoint.address, endpoint.port),
      share: 1 / endpoints.length,
      masquerade: hides && leavesNode(cluster, packet, endpoint),
    };
  });
  return {
    verdict: 'dnat',
    endpoints: delivered.sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1)),
    masquerade: delivered.some((one) => one.masquerade),
  };
}

/**
 * An endpoint that reaches itself must get its answer by way of the node. Mode iptables hides it wherever it runs. Mode
 * nftables knows the endpoints on this node, in whatever Service, as from another node such a packet cannot come.
 */
function isHairpin(
  cluster: PlannedCluster,
  { source }: Packet,
  { address, port }: Endpoint,
  { protocol }: ServicePortPlan,
): boolean {
  if (source !== address) return false;
  return (
    cluster.mode === 'iptables' || cluster.endpointsHere.has(`${formatEndpoint(address, port)}/${protocol}`)
  );
}

/** What comes from elsewhere and ends at the node itself passes no postrouting. */
function leavesNode(cluster: PlannedCluster, { source }: Packet, { address }: Endpoint): boolean {
  return cluster.isOwn(source) || !cluster.isOwn(address);
}
