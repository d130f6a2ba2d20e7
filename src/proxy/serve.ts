import type { ProxyConfig } from '../config/proxy-config.ts';
import { healthzPage, livezPage } from '../health/health-pages.ts';
import { HealthState } from '../health/health-state.ts';
import { NodeEligibility } from '../health/node-eligibility.ts';
import type { Page, Pages } from '../health/page.ts';
import { ServiceHealthChecks } from '../health/service-health-checks.ts';
import { type Family, families } from '../net/family.ts';
import type { LoadedState } from '../plan/loaded-state.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { Change } from '../state/records.ts';
import type { SyncEvent } from '../sync/sync-event.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import type { Metrics } from '../telemetry/metrics/metrics.ts';
import { type MetricsPagesOptions, metricsPages } from './metrics-pages.ts';
import { openServer, type ServeFailures } from './open-server.ts';

/** Metrics in Prometheus' text format. */
export interface TextMetrics {
  /** In pieces, which may be made as they are taken. */
  text(): Promise<Iterable<string>>;
}

export interface ServingOptions extends Pick<MetricsPagesOptions, 'flags' | 'ownFlags'> {
  readonly config: ProxyConfig;
  readonly metrics: Metrics;
  /** Metrics to serve besides, once objects are loaded. */
  readonly moreMetrics?: (loaded: LoadedState) => readonly TextMetrics[];
  readonly logger: Logger;
  /** Ends the servers. */
  readonly signal: AbortSignal;
  /** Whether there must be a Node for this machine: the objects are those of a cluster. */
  readonly needsNode: boolean;
  readonly failures?: ServeFailures;
}

/**
 * Opens the servers that the configuration asks for, before there is any object. A port that cannot be bound is logged
 * and tried again, or thrown as a `UserError` where `bindAddressHardFail` is set.
 */
export async function openServing(options: ServingOptions): Promise<Serving> {
  const serving = new Serving(options);
  const { healthzBindAddress, metricsBindAddress } = options.config;
  await openServer('health', healthzBindAddress, serving.healthPages(), options);
  await openServer('metrics', metricsBindAddress, serving.metricsPages(), options);
  return serving;
}

/** The servers of a proxy: they hear what goes on, and answer requests. They end with the signal that they were opened with. */
export class Serving {
  readonly #options: ServingOptions;
  readonly #started = Date.now();
  readonly #health: HealthState;
  readonly #eligibility: NodeEligibility;
  #state: ClusterState | undefined;
  #checks: ServiceHealthChecks | undefined;
  #moreMetrics: readonly TextMetrics[] = [];

  constructor(options: ServingOptions) {
    const { config, needsNode } = options;
    this.#options = options;
    this.#health = new HealthState(families, config[config.mode].syncPeriod);
    this.#eligibility = new NodeEligibility(needsNode);
  }

  /** The objects are there, and about to be programmed. */
  loaded(loaded: LoadedState): void {
    const { config, metrics, logger, signal, failures, moreMetrics } = this.#options;
    const { state } = loaded;
    this.#state = state;
    this.#eligibility.loaded(state.node);
    this.#moreMetrics = moreMetrics?.(loaded) ?? [];
    metrics.loaded(state);
    const checks = new ServiceHealthChecks({
      config,
      state,
      isHealthy: (family) => this.#health.isHealthy(family),
      onListenError: (service, port, error) => {
        logger.error({ service, port, error: error.message }, 'cannot listen on the health check node port');
        failures?.cannotServeHealthCheck(service, port, error);
      },
    });
    this.#checks = checks;
    signal.addEventListener('abort', () => checks.close(), { once: true });
  }

  /** Only these families are programmed: the machine does not have the other. */
  programs(present: readonly Family[]): void {
    this.#health.only(present);
  }

  /** The source emitted changes, some of which changed the state. */
  changed(changes: readonly Change[], effective: readonly Change[]): void {
    this.#options.metrics.changed(changes, effective);
    for (const change of changes) {
      if (change.kind === 'Node' && change.key === this.#state?.nodeName)
        this.#eligibility.seen(change.record);
    }
  }

  /** A sync is asked for. */
  queued(): void {
    this.#options.metrics.queued();
    this.#health.queued();
  }

  /** Hears of everything that happens to the rules. */
  hear(event: SyncEvent): void {
    this.#options.metrics.hear(event);
    this.#health.hear(event);
    if (event.kind === 'applied' && !this.#options.signal.aborted)
      void this.#checks?.applied(event.family, event.applied);
  }

  healthPages(): Pages {
    const { metrics } = this.#options;
    const counted = (page: 'healthz' | 'livez', made: Page) => {
      metrics.probed(page, made.status);
      return made;
    };
    return {
      '/healthz': () => counted('healthz', healthzPage(this.#health.health(), this.#eligibility.eligible)),
      '/livez': () => counted('livez', livezPage(this.#health.health())),
    };
  }

  metricsPages(): Pages {
    const { metrics } = this.#options;
    return metricsPages({
      ...this.#options,
      started: this.#started,
      metricsPage: async () => ({ status: 200, type: metrics.contentType, ...(await this.#metricsText()) }),
    });
  }

  async #metricsText(): Promise<Pick<Page, 'text' | 'more'>> {
    const more = Promise.all(this.#moreMetrics.map((metrics) => metrics.text()));
    const text = await this.#options.metrics.text();
    return this.#moreMetrics.length === 0 ? { text } : { text, more: afterEmptyLines(await more) };
  }
}

function* afterEmptyLines(texts: readonly Iterable<string>[]): Iterable<string> {
  for (const text of texts) {
    yield '\n';
    yield* text;
  }
}
