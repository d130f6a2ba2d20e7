import { loadConfig } from '../config/load-config.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { prepareNode } from '../kernel/node/prepare-node.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import { loadState } from '../sources/load-state.ts';
import { openSource } from '../sources/open-source.ts';
import type { Problem } from '../state/problem.ts';
import { requireCounters } from '../status/require-counters.ts';
import type { SyncOutcome } from '../sync/sync-event.ts';
import { createLogger, type Logger } from '../telemetry/logs/logger.ts';
import { ProblemLog } from '../telemetry/logs/problem-log.ts';
import { firstSync } from './first-sync.ts';
import type { RunOptions } from './run-options.ts';
import { notServing } from './serving.ts';

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
  if (options.once) return runOnce(options, config, logger);
  const { keepRunning } = await import('./keep-running.ts');
  return keepRunning(options, config, logger);
}

/** What kube-proxy would ask an API server for stands in the files. */
function withoutApiServer(
  { clientConnection }: ProxyConfig,
  { flags, source }: RunOptions,
): readonly string[] {
  if (source === undefined) return [];
  if (clientConnection.kubeconfig === undefined && flags.master === undefined) return [];
  return ['clientConnection.kubeconfig and --master have no effect: the objects come from --source'];
}

async function runOnce(options: RunOptions, config: ProxyConfig, logger: Logger): Promise<ExitStatus> {
  const { source } = await openSource(options, config);
  const loaded = await loadState(source, config, options);
  new ProblemLog(logger).report(loaded.problems);
  const { syncer, outcomes } = await firstSync({ loaded, config, options, logger, serving: notServing });
  await syncer.tidyUp();
  return onceStatus(outcomes, loaded.problems);
}

function onceStatus(outcomes: readonly SyncOutcome[], problems: readonly Problem[]): ExitStatus {
  if (outcomes.some(({ result }) => result === 'failed')) return exitStatus.failed;
  const refused = outcomes.some((outcome) => outcome.result === 'done' && outcome.refused.length > 0);
  return refused || problems.length > 0 ? exitStatus.incomplete : exitStatus.ok;
}
