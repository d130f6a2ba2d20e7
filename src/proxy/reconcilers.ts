import type { Backend } from '../backend/backend.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { type ConntrackOutcome, StaleFlows } from '../conntrack/stale-flows.ts';
import { conntrackTable } from '../kernel/conntrack/conntrack-table.ts';
import { nodePortAddresses } from '../kernel/conntrack/node-port-addresses.ts';
import type { LoadedState } from '../plan/loaded-state.ts';
import { realClock } from '../sync/clock.ts';
import { Reconciler } from '../sync/reconciler.ts';
import type { SyncListener } from '../sync/sync-event.ts';
import { logConntrack } from '../telemetry/logs/log-conntrack.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import { SyncLog } from '../telemetry/logs/sync-log.ts';
import { othersRemovals } from './removals.ts';
import { TakeOver } from './take-over.ts';

export interface ReconcilersInput {
  readonly backends: readonly Backend[];
  readonly loaded: LoadedState;
  readonly config: ProxyConfig;
  readonly logger: Logger;
  /** Nothing begins any more when it aborts. */
  readonly signal: AbortSignal;
  /** Who else hears of what happens to the rules. */
  readonly listener?: SyncListener;
  readonly conntrackReconciled?: (outcome: ConntrackOutcome) => void;
}

export interface Reconcilers {
  readonly reconcilers: readonly Reconciler[];
  /** Resolves when nothing goes on that rules which came into force made necessary. */
  readonly idle: () => Promise<void>;
}

/**
 * A reconciler for each backend. Who acts on what happens to the rules hears of it: stale flows are deleted, what another proxy
 * left is removed, and lines are logged.
 */
export async function openReconcilers(input: ReconcilersInput): Promise<Reconcilers> {
  const { backends, loaded, config, logger, signal, listener = () => {} } = input;
  const { state, book, context } = loaded;
  const clock = realClock;
  const flows = new StaleFlows({
    state,
    book,
    table: await conntrackTable(),
    nodePortAddresses: (family) => nodePortAddresses(family, config, state.node),
    report: (outcome) => {
      logConntrack(logger, outcome);
      input.conntrackReconciled?.(outcome);
    },
    clock,
    signal,
  });
  const takeOver = new TakeOver({
    removalsOf: (family) => othersRemovals(config.mode, family),
    knowsAll: () => state.gaps.length === 0,
    report: (message) => logger.info(message),
    clock,
    signal,
  });
  const log = new SyncLog(logger, () => clock.now());
  const listeners: readonly SyncListener[] = [
    (event) => log.hear(event),
    listener,
    (event) => flows.hear(event),
    (event) => takeOver.hear(event),
  ];
  const { minSyncPeriod } = config[config.mode];
  const options = { book, context, clock, minSyncPeriod };
  const reconcilers = backends.map(
    (backend) =>
      new Reconciler({
        ...options,
        backend,
        listener: (event) => {
          for (const hear of listeners) hear(event);
        },
      }),
  );
  return { reconcilers, idle: async () => void (await Promise.all([flows.idle(), takeOver.idle()])) };
}
