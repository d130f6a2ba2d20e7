import type { ProxyConfig } from '../config/proxy-config.ts';
import type { IptablesVariant } from '../kernel/iptables-variant.ts';
import { prepareNode } from '../kernel/prepare-node.ts';
import type { Problem } from '../state/problem.ts';
import { Syncer, type SyncOutcome } from '../sync/syncer.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { ProblemLog } from '../telemetry/problem-log.ts';
import { openBackends } from './backends.ts';
import { endOnSignal } from './end-on-signal.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { type CommonOptions, type LoadedState, loadConfig, loadState, openSource } from './inputs.ts';
import { logOutcome } from './log-outcome.ts';
import { requireCounters } from './status-counters.ts';
import { TakeOver } from './take-over.ts';

export interface RunOptions extends CommonOptions {
  readonly once: boolean;
  /** Serve the traffic of Services as metrics. */
  readonly trafficMetrics: boolean;
  readonly variant: IptablesVariant | undefined;
}

/** Programs the node's rules from the objects, and goes on doing so until a signal ends it, unless `once`. */
export async function run(options: RunOptions): Promise<ExitStatus> {
  const { config, notices } = await loadConfig(options.flags);
  if (options.trafficMetrics) requireCounters('--traffic-metrics', config);
  const logger = await createLogger(config.logging);
  for (const notice of [...notices, ...withoutApiServer(config, options)]) logger.info(notice);
  if (options.flags['init-only'] === true) {
    await prepareNode(config, undefined, (message) => logger.warn(message));
    return exitStatus.ok;
  }
  // Before the first child: else a signal may find only execa's listener, which forgets it.
  const ending = options.once ? undefined : endOnSignal(logger);
  const source = await openSource(options.source);
  const loaded = await loadState(source, config, options);
  const problems = new ProblemLog(logger);
  problems.report(loaded.problems);
  const syncer = await startSyncer(loaded, config, options, logger);
  const takeOver = new TakeOver(config.mode, (message) => logger.info(message));
  const outcomes = await syncer.sync();
  for (const outcome of outcomes) logOutcome(logger, outcome);
  await takeOver.after(outcomes);
  if (ending === undefined) {
    await syncer.tidyUp();
    return onceStatus(outcomes, loaded.problems);
  }
  if (ending.signal.aborted) return exitStatus.ok;
  const { follow } = await import('./follow.ts');
  const { trafficMetrics } = options;
  await follow({
    source,
    loaded,
    config,
    syncer,
    takeOver,
    problems,
    logger,
    trafficMetrics,
    ending,
    first: outcomes,
  });
  return exitStatus.ok;
}

/** What kube-proxy would ask an API server for stands in the files. */
function withoutApiServer({ clientConnection }: ProxyConfig, { flags }: RunOptions): readonly string[] {
  if (clientConnection.kubeconfig === undefined && flags.master === undefined) return [];
  return ['clientConnection.kubeconfig and --master have no effect: the objects come from --source'];
}

async function startSyncer(
  loaded: LoadedState,
  config: ProxyConfig,
  { variant }: RunOptions,
  logger: Logger,
): Promise<Syncer> {
  const backends = await openBackends({ state: loaded.state, config, variant, logger });
  await prepareNode(config, loaded.state.node, (message) => logger.warn(message));
  return new Syncer(loaded.book, loaded.context, backends);
}

function onceStatus(outcomes: readonly SyncOutcome[], problems: readonly Problem[]): ExitStatus {
  if (outcomes.some(({ result }) => result === 'failed')) return exitStatus.failed;
  const refused = outcomes.some((outcome) => outcome.result === 'done' && outcome.refused.length > 0);
  return refused || problems.length > 0 ? exitStatus.incomplete : exitStatus.ok;
}
