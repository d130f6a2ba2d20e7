import type { ProxyConfig } from '../config/proxy-config.ts';
import { localAddresses } from '../kernel/node/node-addresses.ts';
import type { Address } from '../net/address.ts';
import { type Family, families } from '../net/family.ts';
import { nodeIPs } from '../plan/node-ips.ts';
import { addressesIn, nodePortRanges } from '../plan/node-ports.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { ServiceKey } from '../state/records.ts';
import type { AppliedPlans } from '../sync/sync-event.ts';
import { servesAlways } from './page.ts';
import { localReadyEndpoints, ServiceHealthBook, serviceHealthPage } from './service-health.ts';
import { ServiceHealthServers } from './service-health-servers.ts';

export interface ServiceHealthChecksOptions {
  readonly config: ProxyConfig;
  readonly state: ClusterState;
  /** Whether the proxy itself is, in a family. */
  readonly isHealthy: (family: Family) => boolean;
  readonly onListenError: (service: ServiceKey, port: number, error: Error) => void;
}

/**
 * Answers load balancers on the health check node ports of Services with `externalTrafficPolicy: Local`, in each family on
 * the addresses that node ports are served on. Follows the plans as they come into force.
 */
export class ServiceHealthChecks {
  readonly #options: ServiceHealthChecksOptions;
  readonly #books: Readonly<Record<Family, ServiceHealthBook>>;
  readonly #servers: Readonly<Record<Family, ServiceHealthServers>>;

  constructor(options: ServiceHealthChecksOptions) {
    this.#options = options;
    this.#books = { IPv4: this.#book('IPv4'), IPv6: this.#book('IPv6') };
    this.#servers = { IPv4: this.#serversOf('IPv4'), IPv6: this.#serversOf('IPv6') };
  }

  /** A change of the node is a full sync: then its addresses are looked at again. */
  applied(family: Family, applied: AppliedPlans): Promise<void> {
    const touched = this.#books[family].applied(applied);
    if (applied.scope === 'full') this.#servers[family].listenOn(this.#addresses(family));
    return this.#servers[family].changed(touched);
  }

  async close(): Promise<void> {
    await Promise.all(families.map((family) => this.#servers[family].close()));
  }

  #book(family: Family): ServiceHealthBook {
    const { state } = this.#options;
    return new ServiceHealthBook((service) =>
      localReadyEndpoints(state.slicesOf(service).values(), family, state.nodeName),
    );
  }

  #serversOf(family: Family): ServiceHealthServers {
    const { isHealthy, onListenError } = this.#options;
    const services = () => this.#books[family].services;
    return new ServiceHealthServers({
      wanted: services,
      answer: (service) =>
        servesAlways(() =>
          serviceHealthPage(service, services().get(service)?.localEndpoints ?? 0, isHealthy(family)),
        ),
      onListenError,
    });
  }

  #addresses(family: Family): readonly Address[] {
    const { config, state } = this.#options;
    const ranges = nodePortRanges(family, config.nodePortAddresses, nodeIPs(config.bindAddress, state.node));
    const addresses = addressesIn(ranges, localAddresses());
    return addresses === 'all' ? [unspecified[family]] : addresses;
  }
}

const unspecified = { IPv4: '0.0.0.0' as Address, IPv6: '::' as Address };
