import type { Address } from '../net/address.ts';
import type { Family, Protocol } from '../net/family.ts';
import type { Frontend, ServicePortName } from '../plan/service-plan.ts';
import type { Count } from './traffic/count.ts';
import type { EndpointTraffic } from './traffic/endpoint-traffic.ts';
import type { FrontendTraffic } from './traffic/frontend-traffic.ts';
import type { PortTraffic } from './traffic/port-traffic.ts';

/** The report of `status`, which is also its JSON form. It holds until the next reading. */
export interface StatusReport {
  /** RFC 3339, in UTC. */
  readonly time: string;
  /** The interval that the rates refer to. */
  readonly intervalSeconds: number;
  /** Each is made when it is taken, and may be taken again: there may be 100,000 endpoints. */
  readonly services: Iterable<ServiceStatus>;
}

/** One service port in one family. */
export interface ServiceStatus {
  readonly name: ServicePortName;
  readonly family: Family;
  readonly protocol: Protocol;
  readonly newConnections: Figures;
  readonly refused: Figures;
  readonly frontends: readonly FrontendStatus[];
  readonly endpoints: readonly EndpointStatus[];
}

export interface Figures {
  readonly total: number;
  readonly perSecond: number;
}

export interface FrontendStatus {
  readonly kind: Frontend['kind'];
  /** `null` for a node port, which answers on several addresses. */
  readonly address: Address | null;
  readonly port: number;
  /** `reject` or `drop` where there is no endpoint; see `Route`. */
  readonly action: FrontendTraffic['action'];
  readonly standing: FrontendTraffic['standing'];
  readonly newConnections: Figures;
  readonly refused: Figures;
}

export interface EndpointStatus {
  readonly address: Address;
  readonly port: number;
  readonly standing: EndpointTraffic['standing'];
  readonly newConnections: Figures;
  /**
   * Percentage of the service port's new connections in the interval, or of all where there were none; `null` without
   * any.
   */
  readonly share: number | null;
}

export type SortOrder = 'rate' | 'name';

/** The ports of all Services in order. */
export function statusReport(
  ports: readonly PortTraffic[],
  {
    time,
    intervalSeconds,
    sort,
  }: { readonly time: Date; readonly intervalSeconds: number; readonly sort: SortOrder },
): StatusReport {
  const ordered = inOrder(ports, sort);
  return {
    time: time.toISOString(),
    intervalSeconds,
    services: {
      *[Symbol.iterator]() {
        for (const port of ordered) yield serviceStatus(port, intervalSeconds);
      },
    },
  };
}

function inOrder(ports: readonly PortTraffic[], sort: SortOrder): readonly PortTraffic[] {
  if (sort === 'name') return ports.toSorted(byName);
  const rated = ports.map((port) => ({ port, recent: recentOf(port) }));
  rated.sort((a, b) => b.recent - a.recent || byName(a.port, b.port));
  return rated.map(({ port }) => port);
}

/** Refused connections count as traffic: they are often what an operator looks for. */
function recentOf({ frontends, endpoints }: PortTraffic): number {
  return sum(frontends.map(({ refused }) => refused)).recent + sum(connectionsOf(endpoints)).recent;
}

function byName({ plan: a }: PortTraffic, { plan: b }: PortTraffic): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.family < b.family ? -1 : 1;
}

function serviceStatus({ plan, frontends, endpoints }: PortTraffic, seconds: number): ServiceStatus {
  const all = sum(connectionsOf(endpoints));
  return {
    name: plan.name,
    family: plan.family,
    protocol: plan.protocol,
    newConnections: figures(all, seconds),
    refused: figures(sum(frontends.map(({ refused }) => refused)), seconds),
    frontends: frontends.map((traffic) => frontendStatus(traffic, seconds)),
    endpoints: endpoints.map(({ endpoint, standing, connections }) => ({
      address: endpoint.address,
      port: endpoint.port,
      standing,
      newConnections: figures(connections, seconds),
      share: share(connections, all),
    })),
  };
}

function frontendStatus(traffic: FrontendTraffic, seconds: number): FrontendStatus {
  const { frontend, action, standing, connections, refused } = traffic;
  return {
    kind: frontend.kind,
    address: frontend.kind === 'NodePort' ? null : frontend.address,
    port: frontend.port,
    action,
    standing,
    newConnections: figures(connections, seconds),
    refused: figures(refused, seconds),
  };
}

function figures({ total, recent }: Count, seconds: number): Figures {
  return { total, perSecond: recent / seconds };
}

function share(part: Count, all: Count): number | null {
  if (all.recent > 0) return (100 * part.recent) / all.recent;
  return all.total > 0 ? (100 * part.total) / all.total : null;
}

function connectionsOf(endpoints: readonly EndpointTraffic[]): readonly Count[] {
  return endpoints.map(({ connections }) => connections);
}

function sum(counts: readonly Count[]): Count {
  let [total, recent] = [0, 0];
  for (const count of counts) {
    total += count.total;
    recent += count.recent;
  }
  return { total, recent };
}
