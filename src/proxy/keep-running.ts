import type { ProxyConfig } from '../config/proxy-config.ts';
import { prepareNode } from '../kernel/node/prepare-node.ts';
import { endOnSignal } from '../program/end-on-signal.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import { version } from '../program/version.ts';
import { loadState } from '../sources/load-state.ts';
import { openSource } from '../sources/open-source.ts';
import type { Source } from '../sources/source.ts';
import { openTrafficMetrics } from '../status/traffic-metrics.ts';
import type { OperatorEvents } from '../telemetry/events/operator-events.ts';
import { logApi } from '../telemetry/logs/log-api.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import { Metrics } from '../telemetry/metrics/metrics.ts';
import { openBackends } from './backends.ts';
import { follow } from './follow.ts';
import { limitHeapGrowth } from './heap-growth.ts';
import { openEvents } from './open-events.ts';
import { ProblemReports } from './problem-reports.ts';
import { openReconcilers } from './reconcilers.ts';
import { requireNode } from './require-node.ts';
import type { RunOptions } from './run-options.ts';
import { openServing } from './serve.ts';

/**
 * Keeps the rules equal to the objects, and mends what others change, until SIGINT or SIGTERM. Serves from the start, since the
 * API server may be away for long, and whoever asks must not take that for a proxy that is dead.
 */
export async function keepRunning(
  options: RunOptions,
  config: ProxyConfig,
  logger: Logger,
): Promise<ExitStatus> {
  // Before the first child: else a signal may find only execa's listener, which forgets it.
  const ending = endOnSignal(logger, 'the rules stay');
  try {
    await openAndProgram(options, config, logger, ending.signal);
  } finally {
    // Else servers would keep the process that an error ends.
    ending.abort();
  }
  return exitStatus.ok;
}

async function openAndProgram(
  options: RunOptions,
  config: ProxyConfig,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const metrics = new Metrics({ mode: config.mode, version: version() });
  const { source, api } = await openSource(options, config, {
    patient: true,
    events: logApi(logger, metrics.api),
    requests: metrics.api,
  });
  const { events, sent } = openEvents(api, config, { logger, signal });
  try {
    await serveAndProgram({ options, config, logger, metrics, source, events, signal });
  } catch (error) {
    await sent();
    throw error;
  }
}

interface Opened {
  readonly options: RunOptions;
  readonly config: ProxyConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly source: Source;
  readonly events: OperatorEvents;
  readonly signal: AbortSignal;
}

async function serveAndProgram(opened: Opened): Promise<void> {
  const { options, config, logger, metrics, source, events, signal } = opened;
  const serving = await openServing({
    ...opened,
    moreMetrics: (loaded) => (options.trafficMetrics ? [openTrafficMetrics(loaded, config, logger)] : []),
    flags: options.flags,
    ownFlags: ownFlags(options),
    needsNode: options.source === undefined,
    failures: events,
  });

  const loaded = await loadState(source, config, options, signal);
  if (signal.aborted) return;
  limitHeapGrowth();
  const { state } = loaded;
  requireNode(state, config);
  serving.loaded(loaded);
  events.loaded((service) => state.services.get(service)?.uid || undefined);
  const problems = new ProblemReports(config, logger, events);
  problems.loaded(loaded);
  // From now on it is waited for that they come into force, whatever hangs.
  serving.queued();

  const { variant } = options;
  const backends = await openBackends({ state, config, variant, logger, ruleCounts: metrics.ruleCounts });
  serving.programs(backends.map(({ family }) => family));
  await prepareNode(config, state.node, (message) => logger.warn(message));

  const { reconcilers } = await openReconcilers({
    backends,
    loaded,
    config,
    logger,
    signal,
    listener: (event) => {
      serving.hear(event);
      events.hear(event);
    },
    conntrackReconciled: (outcome) => metrics.conntrack.conntrackReconciled(outcome),
  });
  await Promise.all([
    follow({ source, loaded, reconcilers, problems, serving, signal }),
    ...reconcilers.map((reconciler) => reconciler.run(signal)),
  ]);
}

function ownFlags(options: RunOptions): Readonly<Record<string, string>> {
  return {
    'allow-empty': String(options.allowEmpty),
    'iptables-variant': options.variant ?? '',
    'service-proxy-name': options.serviceProxyName,
    source: options.source ?? '',
    'traffic-metrics': String(options.trafficMetrics),
  };
}
