import type { ProxyConfig } from '../config/proxy-config.ts';
import { IptablesBackend } from '../iptables/backend.ts';
import { iptablesOptions } from '../iptables/derive-options.ts';
import type { PacketCounter } from '../iptables/options.ts';
import { iptablesTool } from '../kernel/iptables-tool.ts';
import { detectIptablesVariant, type IptablesVariant } from '../kernel/iptables-variant.ts';
import { ensurePacketCounters } from '../kernel/nfacct.ts';
import { lookAtNode } from '../kernel/node-facts.ts';
import { prepareNode } from '../kernel/prepare-node.ts';
import { iptablesRuleFiles } from '../kernel/rule-files.ts';
import { families } from '../net/family.ts';
import type { Problem } from '../state/problem.ts';
import { Syncer, type SyncOutcome } from '../sync/syncer.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { ProblemLog } from '../telemetry/problem-log.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { type CommonOptions, type LoadedState, loadConfig, loadState, openSource } from './inputs.ts';
import { logOutcome } from './log-outcome.ts';
import { requireIptablesMode } from './mode.ts';

export interface RunOptions extends CommonOptions {
  readonly once: boolean;
  readonly variant: IptablesVariant | undefined;
}

/** Programs the node's rules from the objects, and goes on doing so until a signal ends it, unless `once`. */
export async function run(options: RunOptions): Promise<ExitStatus> {
  const { config, notices } = await loadConfig(options.flags);
  requireIptablesMode(config);
  const logger = await createLogger(config.logging);
  for (const notice of [...notices, ...withoutApiServer(config, options)]) logger.info(notice);
  if (options.flags['init-only'] === true) {
    await prepareNode(config, undefined, (message) => logger.warn(message));
    return exitStatus.ok;
  }
  const source = await openSource(options.source);
  const loaded = await loadState(source, config, options);
  const problems = new ProblemLog(logger);
  problems.report(loaded.problems);
  const syncer = await startSyncer(loaded, config, options, logger);
  const outcomes = await syncer.sync();
  for (const outcome of outcomes) logOutcome(logger, outcome);
  if (options.once) return onceStatus(outcomes, loaded.problems);
  const { follow } = await import('./follow.ts');
  await follow({ source, loaded, config, syncer, problems, logger, first: outcomes });
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
  options: RunOptions,
  logger: Logger,
): Promise<Syncer> {
  const { variant, reason } =
    options.variant === undefined
      ? await detectIptablesVariant()
      : { variant: options.variant, reason: 'forced by --iptables-variant' };
  logger.info({ node: loaded.state.nodeName, variant, reason }, 'programming iptables');
  await prepareNode(config, loaded.state.node, (message) => logger.warn(message));
  const counters = await ensurePacketCounters();
  return new Syncer(loaded.book, loaded.context, makeBackends(variant, loaded, config, counters));
}

function makeBackends(
  variant: IptablesVariant,
  { state }: LoadedState,
  config: ProxyConfig,
  counters: ReadonlySet<PacketCounter>,
): readonly IptablesBackend[] {
  const files = iptablesRuleFiles();
  return families.map(
    (family) =>
      new IptablesBackend(family, iptablesTool(family, variant), files, async (plans) =>
        iptablesOptions(family, config, await lookAtNode(config, state.node, counters), plans),
      ),
  );
}

function onceStatus(outcomes: readonly SyncOutcome[], problems: readonly Problem[]): ExitStatus {
  if (outcomes.some(({ result }) => result === 'failed')) return exitStatus.failed;
  const refused = outcomes.some((outcome) => outcome.result === 'done' && outcome.refused.length > 0);
  return refused || problems.length > 0 ? exitStatus.incomplete : exitStatus.ok;
}
