import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Creates metrics in a registry. A metric with `collect` gets its values at each scrape. */
export class Instruments {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  /** A counter whose count is kept elsewhere; `collect` updates the metric. */
  collectedCounter<L extends string>(
    name: string,
    help: string,
    collect: (counter: Counter<L>) => Promise<void> | void,
    labelNames: readonly L[] = [],
  ): void {
    const counter: Counter<L> = new Counter({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => collect(counter),
    });
  }

  gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  /** A gauge whose value is read at each scrape. */
  collectedGauge<L extends string>(
    name: string,
    help: string,
    collect: (gauge: Gauge<L>) => Promise<void> | void,
    labelNames: readonly L[] = [],
  ): void {
    const gauge: Gauge<L> = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => collect(gauge),
    });
  }

  histogram<L extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly L[],
  ): Histogram<L> {
    return new Histogram({ name, help, buckets: [...buckets], labelNames, registers: [this.#registry] });
  }
}

/** Seconds: from 1 ms to 16.384 s, doubling. */
export const durationBuckets = Array.from({ length: 15 }, (_, index) => 0.001 * 2 ** index);
