import type { ProxyConfig } from '../config/proxy-config.ts';
import { prepareNode } from '../kernel/node/prepare-node.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import { loadState } from '../sources/load-state.ts';
import { openSource } from '../sources/open-source.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import { openBackends } from './backends.ts';
import { ProblemReports } from './problem-reports.ts';
import { openReconcilers } from './reconcilers.ts';
import { requireNode } from './require-node.ts';
import type { RunOptions } from './run-options.ts';

/** Programs the rules by the same reconcilers as a proxy that goes on, until all is in force and tidied, or fails. */
export async function runOnce(options: RunOptions, config: ProxyConfig, logger: Logger): Promise<ExitStatus> {
  const { source } = await openSource(options, config);
  const loaded = await loadState(source, config, options);
  new ProblemReports(config, logger).loaded(loaded);
  const { state } = loaded;
  requireNode(state, config);
  const backends = await openBackends({ state, config, variant: options.variant, logger });
  await prepareNode(config, state.node, (message) => logger.warn(message));
  const ending = new AbortController();
  const { reconcilers, idle } = await openReconcilers({
    backends,
    loaded,
    config,
    logger,
    signal: ending.signal,
  });
  const results = await Promise.all(reconcilers.map((reconciler) => reconciler.settle()));
  await idle();
  ending.abort();
  if (results.includes('failed')) return exitStatus.failed;
  const isWhole = backends.every(({ refused, kept }) => refused.size + kept === 0);
  return isWhole && loaded.problems.length === 0 ? exitStatus.ok : exitStatus.incomplete;
}
