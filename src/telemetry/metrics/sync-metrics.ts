import type { Counter, Gauge, Histogram } from 'prom-client';
import type { ProxyMode } from '../../config/proxy-config.ts';
import { type Family, families } from '../../net/family.ts';
import type { SyncOutcome } from '../../sync/sync-event.ts';
import { durationBuckets, type Instruments } from './instruments.ts';

const byFamily = ['ip_family'] as const;

/** Durations and failures of syncs, with kube-proxy's names. */
export class SyncMetrics {
  readonly #durations: Readonly<Record<SyncOutcome['scope'] | 'any', Histogram<'ip_family'>>>;
  readonly #lastSync: Gauge<'ip_family'>;
  readonly #lastQueued: Gauge<'ip_family'>;
  readonly #failures: FailureCounters;
  readonly #refused: Gauge<'ip_family'>;

  constructor(mode: ProxyMode, instruments: Instruments) {
    const duration = (scope: string, help: string) =>
      instruments.histogram(`kubeproxy_sync_${scope}_duration_seconds`, help, durationBuckets, byFamily);
    this.#durations = {
      any: duration('proxy_rules', 'Time of one sync'),
      full: duration('full_proxy_rules', 'Time of one full sync'),
      partial: duration('partial_proxy_rules', 'Time of one partial sync'),
    };
    const time = (name: string, help: string) =>
      instruments.gauge(`kubeproxy_sync_proxy_rules_${name}_timestamp_seconds`, help, byFamily);
    this.#lastSync = time('last', 'When rules were last in force');
    this.#lastQueued = time('last_queued', 'When a sync was last asked for');
    this.#failures = failureCounters(mode, instruments);
    this.#refused = instruments.gauge(
      'portolan_refused_services',
      'Services that the kernel does not take, and that were left out',
      byFamily,
    );
    this.#beginAtZero();
  }

  queued(family: Family): void {
    this.#lastQueued.labels(family).setToCurrentTime();
  }

  /** The rules are in force, possibly without anything to do. */
  upToDate(family: Family): void {
    this.#lastSync.labels(family).setToCurrentTime();
  }

  tidyingFailed(family: Family): void {
    this.#failures.tidy?.labels(family).inc();
  }

  synced(outcome: SyncOutcome): void {
    const { family, scope } = outcome;
    const seconds = outcome.milliseconds / 1000;
    for (const which of ['any', scope] as const) this.#durations[which].labels(family).observe(seconds);
    if (outcome.result === 'done') {
      this.#refused.labels(family).set(outcome.refused.length);
    } else {
      this.#failures.any.labels(family).inc();
      if (scope === 'partial') this.#failures.partial?.labels(family).inc();
    }
  }

  /** Starts counters at zero, so that rates include the first failure. */
  #beginAtZero(): void {
    for (const family of families) {
      for (const histogram of Object.values(this.#durations)) histogram.zero({ ip_family: family });
      for (const counter of Object.values(this.#failures)) counter.labels(family).inc(0);
      this.#refused.labels(family).set(0);
    }
  }
}

interface FailureCounters {
  readonly any: Counter<'ip_family'>;
  /** Failures of partial syncs, in mode iptables. */
  readonly partial?: Counter<'ip_family'>;
  /** Failures of pending deletions, in mode nftables. */
  readonly tidy?: Counter<'ip_family'>;
}

/** Each mode has its own metric names. */
function failureCounters(mode: ProxyMode, instruments: Instruments): FailureCounters {
  const counter = (name: string, help: string) =>
    instruments.counter(`kubeproxy_sync_proxy_rules_${name}_failures_total`, help, byFamily);
  if (mode === 'nftables') {
    return {
      any: counter('nftables_sync', 'Failed syncs'),
      tidy: counter('nftables_cleanup', 'Failed removals of what syncs left over'),
    };
  }
  return {
    any: counter('iptables_restore', 'Failed syncs'),
    partial: counter('iptables_partial_restore', 'Failed partial syncs; a full one follows each'),
  };
}
