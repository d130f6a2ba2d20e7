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
import { HealthCheckedServices, localReadyEndpoints, serviceHealthPage } from './service-health.ts';
import { ServiceHealthServers } from './service-health-servers.ts';

export interface ServiceHealthChecksOptions {
  readonly config: ProxyConfig;
  readonly state: ClusterState;
  /** Whether the proxy itself is healthy in a family. */
  readonly isHealthy: (family: Family) => boolean;
  readonly onListenError: (service: ServiceKey, port: number, error: Error) => void;
}

/**
 * Serves the health check node ports of Services with `externalTrafficPolicy: Local`, in each family on the addresses
 * of node ports. Follows the plans as they come into force.
 */
export class ServiceHealthChecks {
  readonly #options: ServiceHealthChecksOptions;
  readonly #services: Readonly<Record<Family, HealthCheckedServices>>;
  readonly #servers: Readonly<Record<Family, ServiceHealthServers>>;

  constructor(options: ServiceHealthChecksOptions) {
    this.#options = options;
    this.#services = { IPv4: this.#healthChecked('IPv4'), IPv6: this.#healthChecked('IPv6') };
    this.#servers = { IPv4: this.#serversOf('IPv4'), IPv6: this.#serversOf('IPv6') };
  }

  /** Follows plans that came into force. A full sync, as after a change of the node, also renews the addresses. */
  applied(family: Family, applied: AppliedPlans): Promise<void> {
    const touched = this.#services[family].applied(applied);
    if (applied.scope === 'full') this.#servers[family].listenOn(this.#addresses(family));
    return this.#servers[family].changed(touched);
  }

  async close(): Promise<void> {
    await Promise.all(families.map((family) => this.#servers[family].close()));
  }

  #healthChecked(family: Family): HealthCheckedServices {
    const { state } = this.#options;
    return new HealthCheckedServices((service) =>
      localReadyEndpoints(state.slicesOf(service).values(), family, state.nodeName),
    );
  }

  #serversOf(family: Family): ServiceHealthServers {
    const { isHealthy, onListenError } = this.#options;
    const services = () => this.#services[family].services;
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
