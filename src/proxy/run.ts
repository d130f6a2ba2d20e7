import { writeFile } from 'node:fs/promises';
import { dump } from 'js-yaml';
import { formatConfig } from '../config/format-config.ts';
import { loadConfig } from '../config/load-config.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { prepareNode } from '../kernel/node/prepare-node.ts';
import { type ExitStatus, exitStatus, UserError } from '../program/exit-status.ts';
import { requireCounters } from '../status/require-counters.ts';
import { createLogger } from '../telemetry/logs/logger.ts';
import type { RunOptions } from './run-options.ts';

/** Programs the node's rules from the objects, and goes on doing so until a signal ends it, unless `once`. */
export async function run(options: RunOptions): Promise<ExitStatus> {
  const { config, notices } = await loadConfig(options.flags);
  const configFile = options.flags['write-config-to'];
  if (configFile !== undefined) {
    await writeConfig(configFile, config);
    return exitStatus.ok;
  }
  if (options.trafficMetrics) requireCounters('--traffic-metrics', config);
  const logger = await createLogger(config.logging);
  for (const notice of [...notices, ...withoutApiServer(config, options)]) logger.info(notice);
  if (options.flags['init-only'] === true) {
    await prepareNode(config, undefined, (message) => logger.warn(message));
    return exitStatus.ok;
  }
  if (options.once) {
    const { runOnce } = await import('./run-once.ts');
    return runOnce(options, config, logger);
  }
  const { keepRunning } = await import('./keep-running.ts');
  return keepRunning(options, config, logger);
}

async function writeConfig(file: string, config: ProxyConfig): Promise<void> {
  try {
    await writeFile(file, dump(formatConfig(config)));
  } catch (error) {
    throw new UserError(`--write-config-to: ${error instanceof Error ? error.message : error}`);
  }
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
