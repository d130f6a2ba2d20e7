import type { ProxyConfig } from '../config/proxy-config.ts';
import { HealthState } from '../health/health-state.ts';
import { nftCommand } from '../kernel/nft-command.ts';
import { families } from '../net/family.ts';
import { TrafficReader } from '../nftables/traffic-reader.ts';
import type { Source, SourceUpdate } from '../sources/source.ts';
import { watchDrift } from '../sync/drift.ts';
import { SyncLoop } from '../sync/sync-loop.ts';
import type { Syncer, SyncOutcome } from '../sync/syncer.ts';
import type { Logger } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import type { ProblemLog } from '../telemetry/problem-log.ts';
import { TrafficMetrics } from '../telemetry/traffic-metrics.ts';
import { type LoadedState, modeProblems } from './inputs.ts';
import { logOutcome } from './log-outcome.ts';
import { healthPages, metricsPages, startServers } from './serve.ts';
import { trafficSubject } from './status-subject.ts';
import type { TakeOver } from './take-over.ts';

/** A proxy whose first sync is done. */
export interface Running {
  readonly source: Source;
  readonly loaded: LoadedState;
  readonly config: ProxyConfig;
  readonly syncer: Syncer;
  readonly takeOver: TakeOver;
  readonly problems: ProblemLog;
  readonly logger: Logger;
  /** Serve the traffic of Services as metrics, in mode nftables only. */
  readonly trafficMetrics?: boolean;
  /** Aborted by SIGINT and SIGTERM, perhaps already. */
  readonly ending: AbortController;
  /** What the first sync did. */
  readonly first: readonly SyncOutcome[];
}

/**
 * Keeps the rules equal to the objects, mends what others change, and serves health and metrics, until SIGINT or
 * SIGTERM. Throws where a server cannot listen and `bindAddressHardFail` is set.
 */
export async function follow(running: Running): Promise<void> {
  const { source, loaded, config, syncer, takeOver, problems, logger, first, ending } = running;
  const { report, queued, pages } = observe(running);
  report(first);
  const loop = new SyncLoop(syncer, {
    minSyncPeriod: config[config.mode].minSyncPeriod,
    report: (outcomes) => {
      for (const outcome of outcomes) logOutcome(logger, outcome);
      report(outcomes);
      void takeOver.after(outcomes);
    },
  });
  const request = () => {
    queued();
    loop.request();
  };
  const listener = (update: SourceUpdate) => {
    for (const change of update.changes) loaded.state.apply(change);
    const services = update.changes.flatMap((change) =>
      change.kind === 'Service' && change.record !== undefined ? [change.record] : [],
    );
    problems.report([...update.problems, ...loaded.state.clashes(), ...modeProblems(services, config)]);
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
  if (ending.signal.aborted) return;
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
function observe(running: Running) {
  const { config } = running;
  const metrics = new Metrics();
  const traffic = running.trafficMetrics === true ? [countTraffic(running)] : [];
  const health = new HealthState(families, config[config.mode].syncPeriod);
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
    pages: { health: healthPages(health), metrics: metricsPages(metrics, traffic, config.mode) },
  };
}

function countTraffic({ loaded, config, logger }: Running): TrafficMetrics {
  const subject = trafficSubject(loaded, config, families, (family) => loaded.book.plans(family));
  return new TrafficMetrics(new TrafficReader(nftCommand(), subject), ({ message }) =>
    logger.warn({ error: message }, 'the connections of Services cannot be read'),
  );
}
