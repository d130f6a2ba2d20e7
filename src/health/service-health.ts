import type { Address } from '../net/address.ts';
import type { Family } from '../net/family.ts';
import type { ServicePortPlan } from '../plan/service-plan.ts';
import type { EndpointRecord, EndpointSliceRecord, ServiceKey } from '../state/records.ts';
import type { AppliedPlans } from '../sync/sync-event.ts';
import { jsonPage, type Page } from './page.ts';

/** What the health check of a Service depends on. */
export interface ServiceHealth {
  readonly port: number;
  /** The number of ready endpoints on this node. */
  readonly localEndpoints: number;
}

/** The Services of one family with a health check node port whose rules are in force. */
export class HealthCheckedServices {
  readonly #countEndpoints: (service: ServiceKey) => number;
  #services = new Map<ServiceKey, ServiceHealth>();

  /** `countEndpoints` returns the number of ready endpoints of a Service on this node. */
  constructor(countEndpoints: (service: ServiceKey) => number) {
    this.#countEndpoints = countEndpoints;
  }

  get services(): ReadonlyMap<ServiceKey, ServiceHealth> {
    return this.#services;
  }

  /** Returns the Services whose port may have been added, removed or changed. */
  applied(applied: AppliedPlans): ReadonlySet<ServiceKey> {
    const touched = new Set<ServiceKey>();
    if (applied.scope === 'full') {
      for (const service of this.#services.keys()) touched.add(service);
      this.#services = new Map();
      for (const [service, plans] of applied.plans) this.#take(service, plans, touched);
    } else {
      for (const { service, before, after } of applied.changes) {
        if (portOf(before) === undefined && portOf(after) === undefined) continue;
        this.#services.delete(service);
        touched.add(service);
        this.#take(service, after, touched);
      }
    }
    return touched;
  }

  #take(service: ServiceKey, plans: readonly ServicePortPlan[], touched: Set<ServiceKey>): void {
    const port = portOf(plans);
    if (port === undefined) return;
    this.#services.set(service, { port, localEndpoints: this.#countEndpoints(service) });
    touched.add(service);
  }
}

/**
 * The number of ready addresses of one family on this node, whatever their ports. Terminating ones do not count, even
 * if they still serve: load balancers should turn to other nodes in time (KEP-1669).
 */
export function localReadyEndpoints(
  slices: Iterable<EndpointSliceRecord>,
  family: Family,
  nodeName: string,
): number {
  const own = [...slices].filter((slice) => slice.family === family);
  const isReady = ({ ready, nodeName: runsOn }: EndpointRecord) => ready && runsOn === nodeName;
  const candidates = new Set(
    own.flatMap(({ endpoints }) => endpoints.filter(isReady).map(({ address }) => address)),
  );
  if (candidates.size === 0) return 0;
  // As in plans: of an address in two slices, the one that is not terminating counts.
  const ready = new Map<string, Address | undefined>();
  for (const { ports, endpoints } of own) {
    for (const endpoint of endpoints) {
      if (!candidates.has(endpoint.address)) continue;
      for (const { name, protocol, port } of ports) {
        const key = `${name} ${protocol} ${port} ${endpoint.address}`;
        if (ready.has(key) && endpoint.terminating) continue;
        ready.set(key, isReady(endpoint) ? endpoint.address : undefined);
      }
    }
  }
  return new Set([...ready.values()].filter((address) => address !== undefined)).size;
}

/** The page of a health check node port, for every path. Fields, order and layout are kube-proxy's. */
export function serviceHealthPage(
  service: ServiceKey,
  localEndpoints: number,
  serviceProxyHealthy: boolean,
): Page {
  const [namespace = '', name = ''] = service.split('/');
  const body = { service: { namespace, name }, localEndpoints, serviceProxyHealthy };
  return {
    ...jsonPage(localEndpoints > 0 && serviceProxyHealthy ? 200 : 503, JSON.stringify(body, undefined, '\t')),
    headers: { 'X-Load-Balancing-Endpoint-Weight': String(localEndpoints) },
  };
}

function portOf(plans: readonly ServicePortPlan[]): number | undefined {
  return plans[0]?.healthCheckNodePort;
}
