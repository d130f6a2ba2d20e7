import { Counter, Registry } from 'prom-client';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { openTable } from '../kernel/open-table.ts';
import { formatEndpoint } from '../net/address.ts';
import { families } from '../net/family.ts';
import type { LoadedState } from '../plan/loaded-state.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import type { PortTraffic } from './traffic/port-traffic.ts';
import { TrafficReader } from './traffic/traffic-reader.ts';
import { trafficContext } from './traffic-context.ts';

/** The traffic of the Services as metrics, in mode nftables only. */
export function openTrafficMetrics(loaded: LoadedState, config: ProxyConfig, logger: Logger): TrafficMetrics {
  const context = trafficContext(loaded, config, families, (family) => loaded.book.plans(family));
  return new TrafficMetrics(new TrafficReader(openTable, context), ({ message }) =>
    logger.warn({ error: message }, 'the connections of Services cannot be read'),
  );
}

/** Counts of traffic: a `TrafficReader`. */
export interface TrafficCounts {
  read(): Promise<unknown>;
  /** As of the last reading. */
  readonly ports: readonly PortTraffic[];
}

/** The shortest time between two readings, in milliseconds: each lists all elements of the tables. */
const pause = 1_000;

/**
 * New connections by Service and endpoint, read from the kernel at each scrape. A counter continues when its map
 * element is replaced, and disappears with its Service or endpoint.
 */
export class TrafficMetrics {
  readonly #traffic: TrafficCounts;
  readonly #onError: (error: Error) => void;
  readonly #clock: () => number;
  readonly #registry = new Registry();
  #reading: Promise<void> = Promise.resolve();
  #nextReading = Number.NEGATIVE_INFINITY;

  /** Tables that cannot be read are reported to `onError`; the metrics keep their values then. */
  constructor(
    traffic: TrafficCounts,
    onError: (error: Error) => void,
    clock: () => number = () => performance.now(),
  ) {
    this.#traffic = traffic;
    this.#onError = onError;
    this.#clock = clock;
    connectionsCounter(this.#registry, traffic);
    refusedCounter(this.#registry, traffic);
  }

  /** Both metrics in Prometheus' text format. */
  async text(): Promise<string> {
    await this.#readSometimes();
    const text = await this.#registry.metrics();
    // 100,000 series take memory that is not needed until the next scrape.
    this.#registry.resetMetrics();
    return text;
  }

  /** Scrapes during a reading, or soon after, share it. */
  #readSometimes(): Promise<void> {
    if (this.#clock() >= this.#nextReading) {
      this.#nextReading = Number.POSITIVE_INFINITY;
      this.#reading = this.#read();
    }
    return this.#reading;
  }

  async #read(): Promise<void> {
    try {
      await this.#traffic.read();
    } catch (error) {
      this.#onError(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#nextReading = this.#clock() + pause;
    }
  }
}

function connectionsCounter(registry: Registry, traffic: TrafficCounts) {
  return new Counter({
    name: 'portolan_service_new_connections_total',
    help: 'New connections that a Service sent to an endpoint',
    labelNames: ['service', 'family', 'endpoint'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { plan, endpoints } of traffic.ports) {
        for (const { endpoint, standing, connections } of endpoints) {
          if (standing === 'not-in-objects') continue;
          const where = formatEndpoint(endpoint.address, endpoint.port);
          this.inc({ service: plan.name, family: plan.family, endpoint: where }, connections.total);
        }
      }
    },
  });
}

function refusedCounter(registry: Registry, traffic: TrafficCounts) {
  return new Counter({
    name: 'portolan_service_refused_connections_total',
    help: 'Packets for new connections that were refused, since the Service had no endpoint for them',
    labelNames: ['service', 'family'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { plan, frontends } of traffic.ports) {
        const refused = frontends.reduce((sum, frontend) => sum + frontend.refused.total, 0);
        this.inc({ service: plan.name, family: plan.family }, refused);
      }
    },
  });
}
