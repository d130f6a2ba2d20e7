import { Counter, Registry } from 'prom-client';
import { formatEndpoint } from '../net/address.ts';
import type { PortTraffic } from './traffic/port-traffic.ts';

/** Where the traffic is read: a `TrafficReader`. */
export interface TrafficSource {
  read(): Promise<unknown>;
  /** As the last reading left them. */
  readonly ports: readonly PortTraffic[];
}

/** Milliseconds between two readings, at least: each lists every element of the tables. */
const pause = 1_000;

/**
 * New connections by Service and endpoint, read from the kernel when somebody asks. A counter goes on where its element
 * is replaced, and goes away with its Service or endpoint.
 */
export class TrafficMetrics {
  readonly #traffic: TrafficSource;
  readonly #onError: (error: Error) => void;
  readonly #clock: () => number;
  readonly #registry = new Registry();
  #reading: Promise<void> = Promise.resolve();
  #nextReading = Number.NEGATIVE_INFINITY;

  /** A table that cannot be read is reported to `onError`; the metrics then stay as they were. */
  constructor(
    traffic: TrafficSource,
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
    // 100,000 series take memory, and nobody needs them before the next time.
    this.#registry.resetMetrics();
    return text;
  }

  /** Who asks while a reading goes on, or soon after, shares it. */
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

function connectionsCounter(registry: Registry, traffic: TrafficSource) {
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

function refusedCounter(registry: Registry, traffic: TrafficSource) {
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
