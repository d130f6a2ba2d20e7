import type { Family } from '../../net/family.ts';
import type { ServicePortPlan } from '../../plan/service-plan.ts';
import type { EndpointRecord, EndpointSliceRecord } from '../../state/records.ts';
import type { Severity } from '../check.ts';
import { count, few } from './few.ts';

/** Why a service port does not answer some or all clients on this node. */
export interface ServiceTrouble {
  readonly cause:
    | 'no-slices'
    | 'no-endpoints'
    | 'port-name'
    | 'not-ready'
    | 'terminating'
    | 'still-serving'
    | 'none-here-internal'
    | 'none-here-external';
  readonly severity: Severity;
  /** What was examined. */
  readonly looked: string;
  readonly finding: string;
  readonly next: string;
}

/** What is wrong with a service port judging by the objects alone; `undefined` where every client gets an endpoint. */
export function serviceTrouble(
  plan: ServicePortPlan,
  slices: Iterable<EndpointSliceRecord>,
): ServiceTrouble | undefined {
  if (plan.internal.action === 'reject' || plan.external.action === 'reject')
    return unanswered(plan, [...slices]);
  if (plan.internal.action === 'drop') return noneHere(plan, 'internal');
  // Load balancers query the health check node port and avoid nodes without an endpoint.
  if (plan.external.action === 'drop' && isExternal(plan) && plan.healthCheckNodePort === undefined)
    return noneHere(plan, 'external');
  return isServedByReady(plan, slices) ? undefined : stillServing(plan);
}

function isServedByReady(plan: ServicePortPlan, slices: Iterable<EndpointSliceRecord>): boolean {
  for (const { family, ports, endpoints } of slices) {
    const isOfPort = family === plan.family && ports.some((port) => isPortOf(plan, port));
    if (isOfPort && endpoints.some(({ ready }) => ready)) return true;
  }
  return false;
}

function isExternal({ frontends }: ServicePortPlan): boolean {
  return frontends.some(({ kind }) => kind !== 'ClusterIP');
}

function unanswered(plan: ServicePortPlan, all: readonly EndpointSliceRecord[]): ServiceTrouble {
  const slices = all.filter(({ family }) => family === plan.family);
  if (slices.length === 0) return noSlices(plan, all);
  const filled = slices.filter(({ endpoints }) => endpoints.length > 0);
  if (filled.length === 0) return noEndpoints(plan, slices);
  const matching = filled.filter((slice) => slice.ports.some((port) => isPortOf(plan, port)));
  if (matching.length === 0) return wrongPortName(plan, filled);
  return notReady(plan, unique(matching.flatMap((slice) => slice.endpoints)));
}

function noSlices(plan: ServicePortPlan, all: readonly EndpointSliceRecord[]): ServiceTrouble {
  const { name, family } = plan;
  const common = { cause: 'no-slices', severity: 'fault' } as const;
  const looked = `Service ${name} (${family}), no EndpointSlice of ${family}`;
  if (all.length === 0)
    return {
      ...common,
      looked,
      finding: `Service ${name} has no EndpointSlice: it has no selector, or nothing makes slices for it`,
      next: `${describeService(plan)} (Selector); kube-controller-manager makes the EndpointSlices`,
    };
  const other: Family = family === 'IPv4' ? 'IPv6' : 'IPv4';
  return {
    ...common,
    looked: `${looked}, only of ${other}`,
    finding: `Service ${name} has an address of ${family}, and EndpointSlices only of ${other}: its pods have no ${family} address`,
    next: `${inNamespace(plan, `get endpointslices -l kubernetes.io/service-name=${nameOf(plan)}`)}; give the pods ${family} addresses, or set ipFamilyPolicy: SingleStack`,
  };
}

function noEndpoints(plan: ServicePortPlan, slices: readonly EndpointSliceRecord[]): ServiceTrouble {
  return {
    cause: 'no-endpoints',
    severity: 'fault',
    looked: `Service ${plan.name} (${plan.family}), ${count(slices.length, 'EndpointSlice')} without endpoints`,
    finding: `Service ${plan.name} has no endpoint: its selector matches no pod that has an address`,
    next: `${describeService(plan)} (Selector), and compare with ${inNamespace(plan, 'get pods --show-labels')}`,
  };
}

/**
 * Ports of slices have the names of the Service's ports. One is missing if no container port has the targetPort's name.
 */
function wrongPortName(plan: ServicePortPlan, slices: readonly EndpointSliceRecord[]): ServiceTrouble {
  const wanted = portName(plan);
  const ports = slices.flatMap((slice) => slice.ports);
  const sameName = ports.filter(({ name }) => name === wanted);
  const theirs = [...new Set(ports.map(({ name, protocol }) => `${quoted(name)} (${protocol})`))];
  const has = theirs.length === 0 ? 'no port' : few(theirs, 5);
  const sides = `port ${quoted(wanted)} (${plan.protocol}) of the Service; its EndpointSlices have ${has}`;
  const why =
    sameName.length > 0
      ? 'the protocol differs'
      : 'the name differs, or targetPort names no port of the containers';
  return {
    cause: 'port-name',
    severity: 'fault',
    looked: `Service ${plan.name} (${plan.family}): ${sides}`,
    finding: `Service ${plan.name} finds no endpoint, though there are some: ${sides}: ${why}`,
    next: `${describeService(plan)} (TargetPort), and give the containers' port that name in spec.containers[].ports[].name`,
  };
}

function notReady(plan: ServicePortPlan, endpoints: readonly EndpointRecord[]): ServiceTrouble {
  const terminating = endpoints.filter((endpoint) => endpoint.terminating).length;
  const waiting = endpoints.length - terminating;
  const counts = [
    ...(waiting > 0 ? [`${waiting} not ready`] : []),
    ...(terminating > 0 ? [`${terminating} terminating and no longer serving`] : []),
  ].join(', ');
  const looked = `Service ${plan.name} (${plan.family}), ${count(endpoints.length, 'endpoint')}: ${counts}`;
  const common = { severity: 'fault', looked } as const;
  if (waiting === 0)
    return {
      ...common,
      cause: 'terminating',
      finding: `Service ${plan.name} has only endpoints that terminate and no longer serve (${terminating})`,
      next: `${inNamespace(plan, 'get pods -o wide')}; the pods that shall replace them are missing`,
    };
  return {
    ...common,
    cause: 'not-ready',
    finding: `Service ${plan.name} has no ready endpoint of ${endpoints.length}: ${counts}`,
    next: `${inNamespace(plan, 'get pods -o wide')}, then ${inNamespace(plan, 'describe pod')} (readiness probe); publishNotReadyAddresses: true would use them all the same`,
  };
}

/** While no endpoint is ready, terminating ones that still serve are used (KEP-1669). */
function stillServing(plan: ServicePortPlan): ServiceTrouble {
  const number = count(plan.endpoints.reachable.length, 'endpoint');
  return {
    cause: 'still-serving',
    severity: 'warning',
    looked: `Service ${plan.name} (${plan.family}), ${number} terminating and still serving, none ready`,
    finding: `Service ${plan.name} has only endpoints that terminate: they serve until they have ended, and none is there to replace them`,
    next: `${inNamespace(plan, 'get pods -o wide')}; see why no new pod gets ready`,
  };
}

function noneHere(plan: ServicePortPlan, side: 'internal' | 'external'): ServiceTrouble {
  const who = side === 'internal' ? 'pods of this node that use its ClusterIP' : 'clients from outside';
  const kinds = plan.frontends.map(({ kind }) => kind).filter((kind) => kind !== 'ClusterIP');
  return {
    cause: side === 'internal' ? 'none-here-internal' : 'none-here-external',
    severity: 'warning',
    looked: `Service ${plan.name} (${plan.family}), ${side}TrafficPolicy: Local${side === 'external' ? ` (${[...new Set(kinds)].join(', ')})` : ''}`,
    finding: `Service ${plan.name} has endpoints, but none on this node: by ${side}TrafficPolicy: Local the packets of ${who} are dropped here`,
    next: `run a pod of it on this node (a DaemonSet), or set ${side}TrafficPolicy: Cluster`,
  };
}

function isPortOf(
  plan: ServicePortPlan,
  port: { readonly name: string; readonly protocol: string },
): boolean {
  return port.name === portName(plan) && port.protocol === plan.protocol;
}

/** Empty where the port has no name. */
function portName({ name, service }: ServicePortPlan): string {
  return name.slice(service.length + 1);
}

function unique(endpoints: readonly EndpointRecord[]): readonly EndpointRecord[] {
  return [...new Map(endpoints.map((endpoint) => [endpoint.address, endpoint])).values()];
}

function quoted(name: string): string {
  return name === '' ? 'without a name' : `'${name}'`;
}

function describeService(plan: ServicePortPlan): string {
  return inNamespace(plan, `describe service ${nameOf(plan)}`);
}

function inNamespace({ service }: ServicePortPlan, words: string): string {
  return `kubectl -n ${service.split('/')[0]} ${words}`;
}

function nameOf({ service }: ServicePortPlan): string {
  return service.slice(service.indexOf('/') + 1);
}
