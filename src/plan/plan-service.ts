import { type Address, familyOf, formatEndpoint } from '../net/address.ts';
import { cidrContains, cidrFamily, isZeroCidr } from '../net/cidr.ts';
import { type Family, families } from '../net/family.ts';
import { addressClaim, nodePortClaim } from '../state/claims.ts';
import type {
  EndpointRecord,
  EndpointSliceRecord,
  ServiceKey,
  ServicePortRecord,
  ServiceRecord,
  TrafficPolicy,
} from '../state/records.ts';
import { type Candidate, type PolicyUse, type Selection, selectEndpoints } from './select-endpoints.ts';
import type { Firewall, Frontend, Route, ServicePortName, ServicePortPlan } from './service-plan.ts';
import type { NodeTopology } from './topology.ts';

/** What plans depend on in addition to the Service and its EndpointSlices. */
export interface PlanContext extends NodeTopology {
  /** The node's own address in each family, which decides whether source ranges admit the node itself. */
  readonly nodeIPs: Partial<Record<Family, Address>>;
  /** The Service that holds a contested address or node port. */
  holder(claim: string): ServiceKey | undefined;
}

/** A plan for each port of a Service in each family of its ClusterIPs; none for ports that nobody can reach. */
export function planService(
  service: ServiceRecord,
  slices: Iterable<EndpointSliceRecord>,
  context: PlanContext,
): readonly ServicePortPlan[] {
  const ownSlices = [...slices];
  return families.flatMap((family) => {
    const clusterIP = service.clusterIPs.find((address) => familyOf(address) === family);
    if (clusterIP === undefined) return [];
    const familySlices = ownSlices.filter((slice) => slice.family === family);
    return service.ports
      .map((port) => planPort(service, port, clusterIP, familySlices, context))
      .filter(({ frontends }) => frontends.length > 0);
  });
}

function planPort(
  service: ServiceRecord,
  port: ServicePortRecord,
  clusterIP: Address,
  slices: readonly EndpointSliceRecord[],
  context: PlanContext,
): ServicePortPlan {
  const family = familyOf(clusterIP);
  const frontends = heldFrontends(service, port, clusterIP, context);
  const candidates = joinSlices(port, slices, context.nodeName);
  const selection = selectEndpoints(candidates, policyUse(service, frontends), context);
  return {
    service: service.key,
    name: servicePortName(service.key, port.name),
    family,
    protocol: port.protocol,
    frontends,
    internal: route(service.internalTrafficPolicy, selection),
    external: route(service.externalTrafficPolicy, selection),
    externalTrafficPolicy: service.externalTrafficPolicy,
    endpoints: selection.endpoints,
    affinityTimeoutSeconds: service.affinityTimeoutSeconds,
    balance: service.balance,
    firewall: firewall(service, family, context.nodeIPs[family]),
    healthCheckNodePort: service.healthCheckNodePort,
  };
}

/** `namespace/name:port`, or without `:port` where the port has no name. */
export function servicePortName(service: ServiceKey, portName: string): ServicePortName {
  return (portName === '' ? service : `${service}:${portName}`) as ServicePortName;
}

function heldFrontends(
  service: ServiceRecord,
  { protocol, port, nodePort }: ServicePortRecord,
  clusterIP: Address,
  context: PlanContext,
): readonly Frontend[] {
  const family = familyOf(clusterIP);
  const holds = (claim: string) => context.holder(claim) === service.key;
  const held = (kind: 'ClusterIP' | 'ExternalIP' | 'LoadBalancerIP', addresses: readonly Address[]) =>
    addresses
      .filter((address) => familyOf(address) === family && holds(addressClaim(address, protocol, port)))
      .map((address): Frontend => ({ kind, address, port }));
  return held('ClusterIP', [clusterIP]).concat(
    held('ExternalIP', service.externalIPs),
    held('LoadBalancerIP', service.loadBalancerIPs),
    nodePort !== undefined && holds(nodePortClaim(protocol, nodePort))
      ? [{ kind: 'NodePort', port: nodePort }]
      : [],
  );
}

/** External policy Local needs the Cluster endpoints, too: pods and the node itself use these. */
function policyUse(service: ServiceRecord, frontends: readonly Frontend[]): PolicyUse {
  const internalLocal = service.internalTrafficPolicy === 'Local';
  const external = frontends.some(({ kind }) => kind !== 'ClusterIP');
  return {
    cluster: !internalLocal || external,
    local: internalLocal || (external && service.externalTrafficPolicy === 'Local'),
  };
}

/** Shared objects, since every plan has two routes. */
const routes = {
  reject: { action: 'reject' },
  drop: { action: 'drop' },
  Cluster: { action: 'forward', policy: 'Cluster' },
  Local: { action: 'forward', policy: 'Local' },
} as const satisfies Record<string, Route>;

function route(policy: TrafficPolicy, { endpoints, usableAnywhere }: Selection): Route {
  if (!usableAnywhere) return routes.reject;
  if (policy === 'Local' && endpoints.local.length === 0) return routes.drop;
  return routes[policy];
}

/** A range of prefix length 0 admits everyone, which is the same as no ranges. */
function firewall(service: ServiceRecord, family: Family, nodeIP: Address | undefined): Firewall | undefined {
  const sourceRanges = service.loadBalancerSourceRanges.filter((cidr) => cidrFamily(cidr) === family);
  if (sourceRanges.length === 0 || sourceRanges.some(isZeroCidr)) return undefined;
  const nodeMayPass = nodeIP !== undefined && sourceRanges.some((cidr) => cidrContains(cidr, nodeIP));
  return { sourceRanges, nodeMayPass };
}

/**
 * The endpoints of a service port: the ports of that name in its slices, merged and sorted by `ip:port`. An address
 * that moves between slices is in both for a while, and a new pod may have the address of one that still terminates: of
 * duplicates, the one that is not terminating counts.
 */
function joinSlices(
  { name, protocol }: ServicePortRecord,
  slices: readonly EndpointSliceRecord[],
  nodeName: string,
): readonly Candidate[] {
  const found: Joined[] = [];
  for (const slice of slices) {
    for (const port of slice.ports) {
      if (port.name !== name || port.protocol !== protocol) continue;
      for (const record of slice.endpoints) {
        found.push(candidate(record, port.port, nodeName));
      }
    }
  }
  return withoutDuplicates(found.sort(byText));
}

/** With its endpoint as text, by which candidates are sorted. */
interface Joined extends Candidate {
  readonly text: string;
}

function candidate(record: EndpointRecord, port: number, nodeName: string): Joined {
  return {
    text: formatEndpoint(record.address, port),
    endpoint: { address: record.address, port },
    local: record.nodeName !== undefined && record.nodeName === nodeName,
    record,
  };
}

function byText({ text: a }: Joined, { text: b }: Joined): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function withoutDuplicates(sorted: readonly Joined[]): readonly Candidate[] {
  const kept: Joined[] = [];
  for (const one of sorted) {
    if (kept.at(-1)?.text !== one.text) kept.push(one);
    else if (!one.record.terminating) kept[kept.length - 1] = one;
  }
  return kept;
}
