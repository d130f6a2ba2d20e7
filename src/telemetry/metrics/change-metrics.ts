import type { Counter, Histogram } from 'prom-client';
import { type Family, families } from '../../net/family.ts';
import type { Change, ServiceKey } from '../../state/records.ts';
import type { Instruments } from './instruments.ts';
import { ProgrammingLatency } from './programming-latency.ts';

/** The time in milliseconds since the epoch, and a monotonic clock in milliseconds. */
export interface Clocks {
  readonly wall: () => number;
  readonly steady: () => number;
}

export const realClocks: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

/** Metrics of changes of Services and EndpointSlices on their way from the source to the kernel. */
export class ChangeMetrics {
  readonly #steady: () => number;
  readonly #services: Counter;
  readonly #slices: Counter;
  readonly #programming: Histogram<'ip_family'>;
  readonly #lag: Histogram<'ip_family'>;
  readonly #latency: ProgrammingLatency;
  readonly #waitingServices = new Set<ServiceKey>();
  #waitingSlices = 0;
  /** When the oldest change arrived that the family's next sync will bring into force. */
  readonly #oldest = new Map<Family, number>();
  readonly #oldestUnderWay = new Map<Family, number>();

  constructor(instruments: Instruments, { wall, steady }: Clocks) {
    this.#steady = steady;
    this.#latency = new ProgrammingLatency(wall);
    const prefix = 'kubeproxy_sync_proxy_rules_';
    this.#services = instruments.counter(`${prefix}service_changes_total`, 'Changes of Services');
    this.#slices = instruments.counter(`${prefix}endpoint_changes_total`, 'Changes of EndpointSlices');
    instruments.collectedGauge(
      `${prefix}service_changes_pending`,
      'Services whose change no sync has begun to bring into force',
      (gauge) => gauge.set(this.#waitingServices.size),
    );
    instruments.collectedGauge(
      `${prefix}endpoint_changes_pending`,
      'Changes of EndpointSlices that no sync has begun to bring into force',
      (gauge) => gauge.set(this.#waitingSlices),
    );
    this.#programming = instruments.histogram(
      'kubeproxy_network_programming_duration_seconds',
      'Time from the change of a pod or Service until the rules for it are in force',
      programmingBuckets,
      ['ip_family'],
    );
    this.#lag = instruments.histogram(
      'portolan_change_lag_seconds',
      'Time from the arrival of the oldest change of a sync until it is in force',
      lagBuckets,
      ['ip_family'],
    );
    for (const family of families) {
      this.#programming.zero({ ip_family: family });
      this.#lag.zero({ ip_family: family });
    }
  }

  /** Counts the objects at the start. */
  loaded(services: number, slices: number): void {
    this.#services.inc(services);
    this.#slices.inc(slices);
  }

  /** Counts changes from the source; `effective` are those that a sync has to bring into force. */
  changed(changes: readonly Change[], effective: readonly Change[]): void {
    for (const { kind } of changes) {
      if (kind === 'Service') this.#services.inc();
      if (kind === 'EndpointSlice') this.#slices.inc();
    }
    for (const change of effective) this.#wait(change);
  }

  /** All changes so far are being brought into force in the family. */
  taken(family: Family): void {
    this.#waitingServices.clear();
    this.#waitingSlices = 0;
    this.#latency.taken(family);
    const oldest = this.#oldestUnderWay.get(family) ?? this.#oldest.get(family);
    if (oldest !== undefined) this.#oldestUnderWay.set(family, oldest);
    this.#oldest.delete(family);
  }

  /** These changes are in force. */
  applied(family: Family): void {
    for (const seconds of this.#latency.applied(family)) this.#programming.labels(family).observe(seconds);
    const oldest = this.#oldestUnderWay.get(family);
    if (oldest !== undefined) this.#lag.labels(family).observe((this.#steady() - oldest) / 1000);
    this.#oldestUnderWay.delete(family);
  }

  /** These changes are in force, or did not affect the family. */
  upToDate(family: Family): void {
    this.#oldestUnderWay.delete(family);
  }

  #wait(change: Change): void {
    if (change.kind === 'Service') this.#waitingServices.add(change.key);
    if (change.kind === 'EndpointSlice') {
      this.#waitingSlices += 1;
      this.#latency.changed(change);
    }
    for (const family of families) {
      if (!this.#oldest.has(family)) this.#oldest.set(family, this.#steady());
    }
  }
}

function range(first: number, step: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index * step);
}

/** Seconds: kube-proxy's buckets, and finer ones below the first of them. */
const programmingBuckets = [
  ...[0.005, 0.01, 0.025, 0.05, 0.1],
  ...[0.25, 0.5],
  ...range(1, 1, 59),
  ...range(60, 5, 12),
  ...range(120, 30, 7),
];

const lagBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
