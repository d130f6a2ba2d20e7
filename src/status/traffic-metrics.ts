import type { ProxyConfig } from '../config/proxy-config.ts';
import { openCounters } from '../kernel/open-table.ts';
import { families } from '../net/family.ts';
import type { LoadedState } from '../plan/loaded-state.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import type { PortTraffic } from './traffic/port-traffic.ts';
import { TrafficReader } from './traffic/traffic-reader.ts';
import { trafficContext } from './traffic-context.ts';
import { trafficText } from './traffic-text.ts';

/** The traffic of the Services as metrics, in mode nftables only. */
export function openTrafficMetrics(loaded: LoadedState, config: ProxyConfig, logger: Logger): TrafficMetrics {
  const context = trafficContext(loaded, config, families, (family) => loaded.book.plans(family));
  return new TrafficMetrics(new TrafficReader(openCounters, context), ({ message }) =>
    logger.warn({ error: message }, 'the connections of Services cannot be read'),
  );
}

/** Counts of traffic: a `TrafficReader`. */
export interface TrafficCounts {
  read(): Promise<unknown>;
  /** As of the last reading. */
  readonly ports: readonly PortTraffic[];
}

/** The shortest time between two readings, in milliseconds: each asks for the elements of all Services. */
const pause = 1_000;

/**
 * New connections by Service and endpoint, read from the kernel at each scrape. A counter continues when its map
 * element is replaced, and disappears with its Service or endpoint.
 */
export class TrafficMetrics {
  readonly #traffic: TrafficCounts;
  readonly #onError: (error: Error) => void;
  readonly #clock: () => number;
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
  }

  /** Both metrics in Prometheus' text format, in pieces. */
  async text(): Promise<Iterable<string>> {
    await this.#readSometimes();
    return trafficText(this.#traffic.ports);
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
