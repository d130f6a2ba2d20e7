import ipaddr from 'ipaddr.js';
import type { ProxyConfig } from '../../../config/proxy-config.ts';
import { type Address, familyOf, formatEndpoint } from '../../../net/address.ts';
import { cidrContains, cidrFamily, networkAddress } from '../../../net/cidr.ts';
import type { Family } from '../../../net/family.ts';
import { localDetector } from '../../../plan/local-detector.ts';
import { nodeIPs } from '../../../plan/node-ips.ts';
import { addressesIn, nodePortRanges } from '../../../plan/node-ports.ts';
import type { Endpoint, ServicePortPlan } from '../../../plan/service-plan.ts';
import type { NodeRecord } from '../../../state/records.ts';
import type { Packet } from '../../../trace/packet.ts';

/** A packet that a client of a Service would send, and what the objects say should happen to it. */
export interface SamplePacket {
  readonly plan: ServicePortPlan;
  /** Who sends it. `direct`: a pod, to an endpoint without the Service. */
  readonly kind: 'pod' | 'direct' | 'node' | 'outside' | 'hairpin';
  readonly packet: Packet;
  /** The endpoints that it may go to, as `ip:port`. */
  readonly endpoints: readonly string[];
  /** Those that it must be masqueraded to, so that their replies come back through this node. */
  readonly masqueradedTo: readonly string[];
}

/** The node that the packets are for. */
export interface SampleNode {
  readonly config: ProxyConfig;
  readonly node: NodeRecord | undefined;
  readonly localAddresses: readonly Address[];
  /** The pods of this node. */
  readonly pods: readonly Address[];
}

/** Reserved for documentation (RFC 5737, RFC 3849), so that no cluster uses them. */
const outsideClient = { IPv4: '203.0.113.10', IPv6: '2001:db8::10' } as const;

/** Packets from every kind of client to a service port, without those that the objects refuse. */
export function samplePackets(plan: ServicePortPlan, on: SampleNode): readonly SamplePacket[] {
  return [...toClusterIP(plan, on), ...fromOutside(plan, on), ...toEndpoint(plan, on)];
}

function toClusterIP(plan: ServicePortPlan, on: SampleNode): readonly SamplePacket[] {
  const { internal, family, protocol } = plan;
  const frontend = plan.frontends.find(({ kind }) => kind === 'ClusterIP');
  if (frontend === undefined || frontend.kind === 'NodePort' || internal.action !== 'forward') return [];
  const endpoints = internal.policy === 'Cluster' ? plan.endpoints.cluster : plan.endpoints.local;
  const to = { destination: frontend.address, protocol, port: frontend.port };
  const sample = (
    kind: SamplePacket['kind'],
    source: Address,
    masqueradedTo: readonly Endpoint[],
  ): SamplePacket => ({
    plan,
    kind,
    packet: { ...to, source },
    endpoints: endpoints.map(formatted),
    masqueradedTo: elsewhere(masqueradedTo, on).map(formatted),
  });
  const pod = podOf(family, endpoints, on);
  const own = nodeAddress(family, on);
  const [self] = elsewhere(plan.endpoints.onThisNode, on).filter((one) => endpoints.includes(one));
  const { masqueradeAll } = on.config[on.config.mode];
  return [
    ...(pod === undefined ? [] : [sample('pod', pod, masqueradeAll ? endpoints : [])]),
    ...(own === undefined ? [] : [sample('node', own, masqueradesNode(family, own, on) ? endpoints : [])]),
    ...(self === undefined ? [] : [sample('hairpin', self.address, [self])]),
  ];
}

/** The endpoints on other nodes: packets for the node's own addresses do not leave it, and are not masqueraded. */
function elsewhere(endpoints: readonly Endpoint[], { localAddresses }: SampleNode): readonly Endpoint[] {
  return endpoints.filter(({ address }) => !localAddresses.includes(address));
}

/** Whether the node's own packets are masqueraded: local detection takes them for an outside client's. */
function masqueradesNode(family: Family, own: Address, { config, node }: SampleNode): boolean {
  if (config[config.mode].masqueradeAll) return true;
  const detector = localDetector(family, config.detectLocal, node);
  if (detector === undefined) return false;
  return detector.by !== 'cidr' || !cidrContains(detector.cidr, own);
}

/** Packets to the node port, and to one load balancer or external address. */
function fromOutside(plan: ServicePortPlan, on: SampleNode): readonly SamplePacket[] {
  const { external, family, protocol } = plan;
  if (external.action !== 'forward') return [];
  const isLocal = external.policy === 'Local';
  const endpoints = isLocal ? plan.endpoints.local : plan.endpoints.cluster;
  return externalFrontends(plan, on).map(({ address, port }) => ({
    plan,
    kind: 'outside',
    packet: { source: outsideClient[family] as Address, destination: address, protocol, port },
    endpoints: endpoints.map(formatted),
    masqueradedTo: isLocal ? [] : elsewhere(endpoints, on).map(formatted),
  }));
}

function externalFrontends(
  { family, frontends, firewall }: ServicePortPlan,
  on: SampleNode,
): readonly Endpoint[] {
  const nodePort = frontends.find(({ kind }) => kind === 'NodePort');
  const own = nodePortAddress(family, on);
  const other = frontends.find(
    ({ kind }) => kind === 'ExternalIP' || (kind === 'LoadBalancerIP' && firewall === undefined),
  );
  return [
    ...(nodePort === undefined || own === undefined ? [] : [{ address: own, port: nodePort.port }]),
    ...(other === undefined || other.kind === 'NodePort' ? [] : [other]),
  ];
}

/** The node's own address, if node ports answer on it. */
function nodePortAddress(family: Family, on: SampleNode): Address | undefined {
  const own = nodeAddress(family, on);
  if (own === undefined) return undefined;
  const ranges = nodePortRanges(family, on.config.nodePortAddresses, nodeIPs(on.config.bindAddress, on.node));
  const served = addressesIn(ranges, [own]);
  return served === 'all' || served.includes(own) ? own : undefined;
}

function toEndpoint(plan: ServicePortPlan, on: SampleNode): readonly SamplePacket[] {
  const [endpoint] = plan.endpoints.reachable;
  const pod = podOf(plan.family, plan.endpoints.reachable, on);
  if (endpoint === undefined || pod === undefined) return [];
  const packet = { source: pod, destination: endpoint.address, protocol: plan.protocol, port: endpoint.port };
  return [{ plan, kind: 'direct', packet, endpoints: [formatted(endpoint)], masqueradedTo: [] }];
}

/** A pod of this node that is not an endpoint: a known one, else any address of the pod CIDR. */
function podOf(
  family: Family,
  endpoints: readonly Endpoint[],
  { node, pods }: SampleNode,
): Address | undefined {
  const taken = new Set(endpoints.map(({ address }) => address));
  const known = pods.find((pod) => familyOf(pod) === family && !taken.has(pod));
  const range = node?.podCIDRs.find((cidr) => cidrFamily(cidr) === family);
  if (known !== undefined || range === undefined) return known;
  const bytes = ipaddr.parse(networkAddress(range)).toByteArray();
  for (let last = 250; last > 1; last -= 1) {
    const address = ipaddr.fromByteArray(bytes.with(-1, last)).toString() as Address;
    if (!taken.has(address) && cidrContains(range, address)) return address;
  }
  return undefined;
}

function nodeAddress(family: Family, { config, node, localAddresses }: SampleNode): Address | undefined {
  const own = nodeIPs(config.bindAddress, node)[family];
  return own !== undefined && localAddresses.includes(own) ? own : undefined;
}

function formatted({ address, port }: Endpoint): string {
  return formatEndpoint(address, port);
}
