import type { ProxyConfig } from '../config/proxy-config.ts';
import { StaleFlows } from '../conntrack/stale-flows.ts';
import { conntrackTable } from '../kernel/conntrack/conntrack-table.ts';
import { nodePortAddresses } from '../kernel/conntrack/node-port-addresses.ts';
import { prepareNode } from '../kernel/node/prepare-node.ts';
import type { LoadedState } from '../plan/loaded-state.ts';
import { Syncer, type SyncOutcome } from '../sync/syncer.ts';
import { logConntrack } from '../telemetry/logs/log-conntrack.ts';
import { logOutcome } from '../telemetry/logs/log-outcome.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import { openBackends } from './backends.ts';
import type { RunOptions } from './run-options.ts';
import type { Serving } from './serving.ts';
import { TakeOver } from './take-over.ts';

/** Objects that are loaded, and how they are to be programmed. */
export interface FirstSyncInput {
  readonly loaded: LoadedState;
  readonly config: ProxyConfig;
  readonly options: RunOptions;
  readonly logger: Logger;
  readonly serving: Serving;
}

export interface FirstSync {
  readonly syncer: Syncer;
  readonly takeOver: TakeOver;
  readonly outcomes: readonly SyncOutcome[];
}

/** Prepares the node and programs all rules for the first time; then what another proxy left goes. */
export async function firstSync(input: FirstSyncInput): Promise<FirstSync> {
  const { config, logger } = input;
  const syncer = await startSyncer(input);
  const takeOver = new TakeOver(config.mode, (message) => logger.info(message));
  const outcomes = await syncer.sync();
  for (const outcome of outcomes) logOutcome(logger, outcome);
  await takeOver.after(outcomes);
  return { syncer, takeOver, outcomes };
}

async function startSyncer({ loaded, config, options, logger, serving }: FirstSyncInput): Promise<Syncer> {
  const { variant } = options;
  const { ruleCounts } = serving;
  const { state, book, context } = loaded;
  const backends = await openBackends({ state, config, variant, logger, ruleCounts });
  await prepareNode(config, state.node, (message) => logger.warn(message));
  const flows = new StaleFlows({
    state,
    book,
    table: await conntrackTable(),
    nodePortAddresses: (family) => nodePortAddresses(family, config, state.node),
    report: (outcome) => {
      logConntrack(logger, outcome);
      serving.conntrackReconciled(outcome);
    },
  });
  const watched = backends.map((backend) => serving.watch(backend));
  return new Syncer(book, context, watched, flows);
}
