import { type Address, formatEndpoint } from '../net/address.ts';
import type { Endpoint, Frontend, ServicePortPlan } from '../plan/service-plan.ts';
import { addressClaim } from '../state/claims.ts';
import type { EndpointSliceRecord } from '../state/records.ts';
import type { Flow, FlowProtocol } from './flow.ts';

/** A service port whose flows may become stale. */
export type FlowPortPlan = ServicePortPlan & { readonly protocol: FlowProtocol };

export function hasFlows(plan: ServicePortPlan): plan is FlowPortPlan {
  return plan.protocol !== 'TCP';
}

/** A frontend that a service port had before a change. */
export interface FormerFrontend {
  readonly protocol: FlowProtocol;
  readonly frontend: Frontend;
}

/** The endpoints, as `ip:port`, that flows to each `addressClaim` may keep; empty where no Service answers any more. */
export type PresentEndpoints = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Whether the present rules would not create this flow. A flow to an endpoint that is not present is stale. One that
 * was not translated dates from a time without endpoints, and is stale as soon as there is one.
 */
export function isStale({ protocol, destination, replySource }: Flow, present: PresentEndpoints): boolean {
  const endpoints = present.get(addressClaim(destination.address, protocol, destination.port));
  if (endpoints === undefined || endpoints.has(endpointText(replySource))) return false;
  return endpoints.size > 0 || isTranslated(destination, replySource);
}

function isTranslated(destination: Endpoint, replySource: Endpoint): boolean {
  return destination.address !== replySource.address || destination.port !== replySource.port;
}

export interface FrontendInput {
  /** The present plans of the service ports in scope. */
  readonly plans: readonly FlowPortPlan[];
  /** Frontends that these ports, or deleted Services, had before. */
  readonly former: readonly FormerFrontend[];
  readonly slicesOf: (plan: FlowPortPlan) => Iterable<EndpointSliceRecord>;
  /** The node's addresses that node ports answer on. */
  readonly nodePortAddresses: readonly Address[];
  /** Whether a Service holds the address (see `addressClaim`): node ports do not answer there. */
  readonly isHeld: (claim: string) => boolean;
}

/** The destinations of flows of these service ports, with the endpoints that they may keep. */
export function presentEndpoints({ plans, former, slicesOf, ...node }: FrontendInput): PresentEndpoints {
  const present = new Map<string, ReadonlySet<string>>();
  const put = (protocol: FlowProtocol, frontend: Frontend, endpoints: ReadonlySet<string>) => {
    for (const claim of claimsOf(protocol, frontend, node)) present.set(claim, endpoints);
  };
  for (const { protocol, frontend } of former) put(protocol, frontend, none);
  for (const plan of plans) {
    const endpoints = servingEndpoints(plan, slicesOf(plan));
    for (const frontend of plan.frontends) put(plan.protocol, frontend, endpoints);
  }
  return present;
}

const none: ReadonlySet<string> = new Set();

function claimsOf(
  protocol: FlowProtocol,
  frontend: Frontend,
  { nodePortAddresses, isHeld }: Pick<FrontendInput, 'nodePortAddresses' | 'isHeld'>,
): readonly string[] {
  if (frontend.kind !== 'NodePort') return [addressClaim(frontend.address, protocol, frontend.port)];
  return nodePortAddresses
    .map((address) => addressClaim(address, protocol, frontend.port))
    .filter((claim) => !isHeld(claim));
}

/**
 * All serving endpoints on any node: as in kube-proxy, a flow keeps its endpoint even if policies, topology or
 * readiness would now choose another, and while the endpoint terminates.
 */
function servingEndpoints(plan: FlowPortPlan, slices: Iterable<EndpointSliceRecord>): ReadonlySet<string> {
  const serving = new Set<string>();
  for (const { family, ports, endpoints } of slices) {
    if (family !== plan.family) continue;
    for (const { name, protocol, port } of ports) {
      if (protocol !== plan.protocol || name !== portNameOf(plan)) continue;
      for (const { address, ready, serving: serves } of endpoints) {
        if (ready || serves) serving.add(formatEndpoint(address, port));
      }
    }
  }
  return serving;
}

function portNameOf({ name, service }: FlowPortPlan): string {
  return name.slice(service.length + 1);
}

function endpointText({ address, port }: Endpoint): string {
  return formatEndpoint(address, port);
}
