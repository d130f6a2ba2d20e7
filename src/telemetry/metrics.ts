import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Family } from '../net/family.ts';
import type { SyncOutcome } from '../sync/syncer.ts';

/** kube-proxy's own metrics, by its names, labels and buckets, so that dashboards and alerts work unchanged. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #syncDuration = this.#durations('sync_proxy_rules_duration_seconds', 'Time of one sync');
  readonly #fullDuration = this.#durations('sync_full_proxy_rules_duration_seconds', 'Time of one full sync');
  readonly #partialDuration = this.#durations(
    'sync_partial_proxy_rules_duration_seconds',
    'Time of one partial sync',
  );
  readonly #lastSync = this.#gauge(
    'sync_proxy_rules_last_timestamp_seconds',
    'When rules were last in force',
  );
  readonly #lastQueued = this.#gauge(
    'sync_proxy_rules_last_queued_timestamp_seconds',
    'When a sync was last asked for',
  );
  readonly #failures = this.#counter('sync_proxy_rules_iptables_restore_failures_total', 'Failed syncs');
  readonly #partialFailures = this.#counter(
    'sync_proxy_rules_iptables_partial_restore_failures_total',
    'Failed partial syncs; a full one follows each',
  );

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  queued(families: readonly Family[]): void {
    for (const family of families) this.#lastQueued.labels(family).setToCurrentTime();
  }

  synced(outcome: SyncOutcome): void {
    const { family, scope, result } = outcome;
    const seconds = outcome.milliseconds / 1000;
    this.#syncDuration.labels(family).observe(seconds);
    (scope === 'full' ? this.#fullDuration : this.#partialDuration).labels(family).observe(seconds);
    if (result === 'done') {
      this.#lastSync.labels(family).setToCurrentTime();
    } else {
      this.#failures.labels(family).inc();
      if (scope === 'partial') this.#partialFailures.labels(family).inc();
    }
  }

  #durations(name: string, help: string): Histogram<'ip_family'> {
    return new Histogram({ ...this.#named(name, help), buckets: durationBuckets });
  }

  #gauge(name: string, help: string): Gauge<'ip_family'> {
    return new Gauge(this.#named(name, help));
  }

  #counter(name: string, help: string): Counter<'ip_family'> {
    return new Counter(this.#named(name, help));
  }

  #named(name: string, help: string) {
    return {
      name: `kubeproxy_${name}`,
      help,
      labelNames: ['ip_family'] as const,
      registers: [this.#registry],
    };
  }
}

/** 1 ms to 16.384 s, each twice the one before. */
const durationBuckets = Array.from({ length: 15 }, (_, index) => 0.001 * 2 ** index);
