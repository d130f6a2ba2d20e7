import { type Counter, Registry } from 'prom-client';
import type { ProxyMode } from '../../config/proxy-config.ts';
import type { Family } from '../../net/family.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { Change } from '../../state/records.ts';
import type { SyncOutcome } from '../../sync/sync-event.ts';
import { ApiMetrics } from './api-metrics.ts';
import { ChangeMetrics, type Clocks, realClocks } from './change-metrics.ts';
import { countObjects, registerClusterMetrics } from './cluster-metrics.ts';
import { ConntrackMetrics } from './conntrack-metrics.ts';
import { Instruments } from './instruments.ts';
import { LocalEndpointGaps } from './local-endpoint-gaps.ts';
import type { AppliedPlans, BackendObserver } from './observed-backend.ts';
import { registerPacketMetrics } from './packet-metrics.ts';
import { registerProcessMetrics } from './process-metrics.ts';
import { RuleCounts } from './rule-counts.ts';
import { SyncMetrics } from './sync-metrics.ts';

/** What is known of this build when it starts. */
export interface BuildInfo {
  readonly mode: ProxyMode;
  readonly version: string;
}

/** kube-proxy's own metrics, by its names, labels and buckets, so that dashboards and alerts work unchanged; and a few more. */
export class Metrics implements BackendObserver {
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
  #isSyncing = false;

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
    this.#syncs.queued();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The objects that there are at the start. */
  loaded(state: ClusterState): void {
    this.#state = state;
    const { Service, EndpointSlice } = countObjects(state);
    this.#changes.loaded(Service, EndpointSlice);
  }

  /** Changes that the state now holds. */
  changed(changes: readonly Change[]): void {
    this.#changes.changed(changes, this.#state?.hasDirty ?? false);
  }

  queued(): void {
    this.#syncs.queued();
  }

  /** The first family that starts starts the sync: all of them take what came until now. */
  syncStarts(family: Family): void {
    this.ruleCounts?.syncStarts(family);
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    this.#changes.syncStarts();
  }

  applied(family: Family, applied: AppliedPlans): void {
    this.#changes.applied(family);
    this.#gaps.applied(family, applied);
  }

  /** What changed nothing on this node makes a sync in which no family starts. */
  synced(outcomes: readonly SyncOutcome[]): void {
    if (!this.#isSyncing) this.#changes.syncStarts();
    this.#isSyncing = false;
    this.#syncs.synced(outcomes);
    this.#changes.syncEnded(outcomes.flatMap(({ result, family }) => (result === 'failed' ? [family] : [])));
  }

  tidyFailed(family: Family): void {
    this.#syncs.tidyFailed(family);
  }

  probed(page: 'healthz' | 'livez', code: number): void {
    this.#probes[page].labels(String(code)).inc();
  }
}
