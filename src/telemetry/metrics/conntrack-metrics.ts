import type { Counter, Histogram } from 'prom-client';
import type { ConntrackOutcome } from '../../conntrack/stale-flows.ts';
import { families } from '../../net/family.ts';
import { durationBuckets, type Instruments } from './instruments.ts';

/** Observes the conntrack reconciler. */
export interface ConntrackObserver {
  conntrackReconciled(outcome: ConntrackOutcome): void;
}

/** kube-proxy's metrics of the conntrack reconciler, and a counter of failures. */
export class ConntrackMetrics implements ConntrackObserver {
  readonly #duration: Histogram<'ip_family'>;
  readonly #deleted: Counter<'ip_family'>;
  readonly #failures: Counter<'ip_family'>;

  constructor(instruments: Instruments) {
    this.#duration = instruments.histogram(
      'kubeproxy_conntrack_reconciler_sync_duration_seconds',
      'Time of one reconciliation of conntrack entries',
      durationBuckets,
      ['ip_family'],
    );
    this.#deleted = instruments.counter(
      'kubeproxy_conntrack_reconciler_deleted_entries_total',
      'Conntrack entries that were deleted as stale',
      ['ip_family'],
    );
    this.#failures = instruments.counter(
      'portolan_conntrack_reconciler_failures_total',
      'Reconciliations of conntrack entries that failed',
      ['ip_family'],
    );
    for (const family of families) {
      this.#duration.zero({ ip_family: family });
      this.#deleted.labels(family).inc(0);
      this.#failures.labels(family).inc(0);
    }
  }

  conntrackReconciled(outcome: ConntrackOutcome): void {
    const { family, milliseconds } = outcome;
    this.#duration.labels(family).observe(milliseconds / 1000);
    if (outcome.result === 'done') this.#deleted.labels(family).inc(outcome.deleted);
    else this.#failures.labels(family).inc();
  }
}
