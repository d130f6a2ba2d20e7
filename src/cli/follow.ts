import type { ProxyConfig } from '../config/proxy-config.ts';
import { HealthState } from '../health/health-state.ts';
import { families } from '../net/family.ts';
import type { Source, SourceUpdate } from '../sources/source.ts';
import { watchDrift } from '../sync/drift.ts';
import { SyncLoop } from '../sync/sync-loop.ts';
import type { Syncer, SyncOutcome } from '../sync/syncer.ts';
import type { Logger } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import type { ProblemLog } from '../telemetry/problem-log.ts';
import type { LoadedState } from './inputs.ts';
import { logOutcome } from './log-outcome.ts';
import { healthPages, metricsPages, startServers } from './serve.ts';

/** A proxy whose first sync is done. */
export interface Running {
  readonly source: Source;
  readonly loaded: LoadedState;
  readonly config: ProxyConfig;
  readonly syncer: Syncer;
  readonly problems: ProblemLog;
  readonly logger: Logger;
  /** What the first sync did. */
  readonly first: readonly SyncOutcome[];
}

/**
 * Keeps the rules equal to the objects, mends what others change, and serves health and metrics, until SIGINT or
 * SIGTERM. Throws where a server cannot listen and `bindAddressHardFail` is set.
 */
export async function follow({
  source,
  loaded,
  config,
  syncer,
  problems,
  logger,
  first,
}: Running): Promise<void> {
  const ending = endOnSignal(logger);
  const { report, queued, pages } = observe(config);
  report(first);
  const loop = new SyncLoop(syncer, {
    minSyncPeriod: config.iptables.minSyncPeriod,
    report: (outcomes) => {
      for (const outcome of outcomes) logOutcome(logger, outcome);
      report(outcomes);
    },
  });
  const request = () => {
    queued();
    loop.request();
  };
  const listener = (update: SourceUpdate) => {
    for (const change of update.changes) loaded.state.apply(change);
    problems.report([...update.problems, ...loaded.state.clashes()]);
    if (loaded.state.nodeChanged) syncer.demandFull();
    if (loaded.state.hasDirty) request();
  };
  if (syncer.needsFull) request();
  try {
    await startServers(config, pages, ending.signal, (message) => logger.error(message));
  } catch (error) {
    ending.abort();
    throw error;
  }
  const drift = watchDrift(syncer, {
    signal: ending.signal,
    onDamage: (damaged) => {
      logger.warn({ families: damaged }, 'somebody changed the rules; mending them');
      request();
    },
    onError: (error) => logger.warn({ error: error.message }, 'the rules cannot be read back'),
  });
  await Promise.all([source.follow(listener, ending.signal), loop.run(ending.signal), drift]);
}

/** What the health page and the metrics learn of the syncs. A family without a failure has nothing left to do. */
function observe(config: ProxyConfig) {
  const metrics = new Metrics();
  const health = new HealthState(families, config.iptables.syncPeriod);
  return {
    report(outcomes: readonly SyncOutcome[]) {
      for (const outcome of outcomes) metrics.synced(outcome);
      const failed = outcomes.filter(({ result }) => result === 'failed').map(({ family }) => family);
      for (const family of families) if (!failed.includes(family)) health.updated(family);
    },
    queued() {
      metrics.queued(families);
      health.queued();
    },
    pages: { health: healthPages(health), metrics: metricsPages(metrics, config.mode) },
  };
}

function endOnSignal(logger: Logger): AbortController {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      logger.info({ signal }, 'ending; the rules stay');
      ending.abort();
    });
  }
  return ending;
}
