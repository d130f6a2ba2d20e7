import type { ProxyConfig } from '../config/proxy-config.ts';
import { type LoadedState, modeProblems } from '../plan/loaded-state.ts';
import type { Source, SourceUpdate } from '../sources/source.ts';
import { watchDrift } from '../sync/drift.ts';
import { SyncLoop } from '../sync/sync-loop.ts';
import type { Syncer, SyncOutcome } from '../sync/syncer.ts';
import type { OperatorEvents } from '../telemetry/events/operator-events.ts';
import { logOutcome } from '../telemetry/logs/log-outcome.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import type { ProblemLog } from '../telemetry/logs/problem-log.ts';
import { notServing, type Serving } from './serving.ts';
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
  /** Nobody is served where it is absent. */
  readonly serving?: Serving;
  readonly events?: OperatorEvents;
  /** Aborted by SIGINT and SIGTERM, perhaps already. */
  readonly ending: AbortController;
  /** What the first sync did. */
  readonly first: readonly SyncOutcome[];
}

/** Keeps the rules equal to the objects, and mends what others change, until SIGINT or SIGTERM. */
export async function follow(running: Running): Promise<void> {
  const { source, loaded, config, syncer, takeOver, problems, logger, first, ending } = running;
  const { serving = notServing, events } = running;
  serving.synced(first);
  const loop = new SyncLoop(syncer, {
    minSyncPeriod: config[config.mode].minSyncPeriod,
    report: (outcomes) => {
      for (const outcome of outcomes) logOutcome(logger, outcome);
      serving.synced(outcomes);
      events?.synced(outcomes);
      void takeOver.after(outcomes);
    },
  });
  const request = () => {
    serving.queued();
    loop.request();
  };
  const listener = (update: SourceUpdate) => {
    for (const change of update.changes) loaded.state.apply(change);
    serving.changed(update.changes);
    const services = update.changes.flatMap((change) =>
      change.kind === 'Service' && change.record !== undefined ? [change.record] : [],
    );
    const [clashes, withoutEffect] = [[...loaded.state.clashes()], [...modeProblems(services, config)]];
    problems.report([...update.problems, ...clashes, ...withoutEffect]);
    events?.invalid(update.problems);
    events?.clashes(clashes);
    events?.withoutEffect(withoutEffect);
    if (loaded.state.nodeChanged) syncer.demandFull();
    if (loaded.state.hasDirty) request();
  };
  if (syncer.needsFull) request();
  const drift = watchDrift(syncer, {
    signal: ending.signal,
    onDamage: (damaged) => {
      logger.warn({ families: damaged }, 'somebody changed the rules; mending them');
      events?.rulesChanged(damaged);
      request();
    },
    onError: (error) => logger.warn({ error: error.message }, 'the rules cannot be read back'),
  });
  await Promise.all([source.follow(listener, ending.signal), loop.run(ending.signal), drift]);
}
