import { type Counter, Registry } from 'prom-client';
import type { ProxyMode } from '../../config/proxy-config.ts';
import { families } from '../../net/family.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { Change } from '../../state/records.ts';
import type { SyncEvent } from '../../sync/sync-event.ts';
import { ApiMetrics } from './api-metrics.ts';
import { ChangeMetrics, type Clocks, realClocks } from './change-metrics.ts';
import { countObjects, registerClusterMetrics } from './cluster-metrics.ts';
import { ConntrackMetrics } from './conntrack-metrics.ts';
import { Instruments } from './instruments.ts';
import { LocalEndpointGaps } from './local-endpoint-gaps.ts';
import { registerPacketMetrics } from './packet-metrics.ts';
import { registerProcessMetrics } from './process-metrics.ts';
import { RuleCounts } from './rule-counts.ts';
import { SyncMetrics } from './sync-metrics.ts';

/** What this build knows about itself. */
export interface BuildInfo {
  readonly mode: ProxyMode;
  readonly version: string;
}

/**
 * kube-proxy's metrics with its names, labels and buckets, so that dashboards and alerts keep working; and a few more.
 */
export class Metrics {
  readonly api: ApiMetrics;
  readonly conntrack: ConntrackMetrics;
  /** In mode iptables only. */
  readonly ruleCounts: RuleCounts | undefined;
  readonly #registry = new Registry();
  readonly #syncs: SyncMetrics;
  readonly #changes: ChangeMetrics;
  readonly #gaps: LocalEndpointGaps;
  readonly #probes: Readonly<Record<'healthz' | 'livez', Counter<'code'>>>;
  #state: ClusterState | undefined;

  constructor({ mode, version }: BuildInfo, clocks: Clocks = realClocks) {
    const instruments = new Instruments(this.#registry);
    registerProcessMetrics(this.#registry, instruments);
    registerClusterMetrics(instruments, () => this.#state);
    this.api = new ApiMetrics(instruments);
    this.conntrack = new ConntrackMetrics(instruments);
    this.#syncs = new SyncMetrics(mode, instruments);
    this.#changes = new ChangeMetrics(instruments, clocks);
    this.#gaps = new LocalEndpointGaps(instruments);
    this.#probes = {
      healthz: instruments.counter('kubeproxy_proxy_healthz_total', 'Answers of /healthz', ['code']),
      livez: instruments.counter('kubeproxy_proxy_livez_total', 'Answers of /livez', ['code']),
    };
    this.ruleCounts = mode === 'iptables' ? new RuleCounts() : undefined;
    this.ruleCounts?.register(instruments);
    if (mode === 'iptables') registerPacketMetrics(instruments);
    instruments
      .gauge('portolan_build_info', 'Always 1; the labels say what runs', ['version', 'node_version', 'mode'])
      .labels({ version, node_version: process.version, mode })
      .set(1);
    this.queued();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The objects have been loaded. */
  loaded(state: ClusterState): void {
    this.#state = state;
    const { Service, EndpointSlice } = countObjects(state);
    this.#changes.loaded(Service, EndpointSlice);
  }

  /** Counts changes from the source; `effective` are those that changed the state. */
  changed(changes: readonly Change[], effective: readonly Change[]): void {
    this.#changes.changed(changes, effective);
  }

  /** A sync was requested in every family. */
  queued(): void {
    for (const family of families) this.#syncs.queued(family);
  }

  /** Takes every event of syncs. */
  hear(event: SyncEvent): void {
    const { family } = event;
    switch (event.kind) {
      case 'taken':
        this.#changes.taken(family);
        break;
      case 'sync starts':
        this.ruleCounts?.syncStarts(family);
        break;
      case 'applied':
        this.#changes.applied(family);
        this.#gaps.applied(family, event.applied);
        break;
      case 'synced':
        this.#syncs.synced(event.outcome);
        break;
      case 'up to date':
        this.#changes.upToDate(family);
        this.#syncs.upToDate(family);
        break;
      case 'tidying failed':
        this.#syncs.tidyingFailed(family);
        this.#syncs.queued(family);
        break;
      case 'damaged':
        this.#syncs.queued(family);
        break;
    }
  }

  probed(page: 'healthz' | 'livez', code: number): void {
    this.#probes[page].labels(String(code)).inc();
  }
}
