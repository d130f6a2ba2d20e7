import type { ProxyConfig } from '../config/proxy-config.ts';
import { modeProblems } from '../plan/loaded-state.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import { version } from '../program/version.ts';
import { loadState } from '../sources/load-state.ts';
import { openSource } from '../sources/open-source.ts';
import { trafficMetrics } from '../status/open-traffic-metrics.ts';
import type { OperatorEvents } from '../telemetry/events/operator-events.ts';
import { logApi } from '../telemetry/logs/log-api.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import { ProblemLog } from '../telemetry/logs/problem-log.ts';
import { Metrics } from '../telemetry/metrics/metrics.ts';
import { endOnSignal } from './end-on-signal.ts';
import { firstSync } from './first-sync.ts';
import { follow, type Running } from './follow.ts';
import { openEvents } from './open-events.ts';
import type { RunOptions } from './run-options.ts';
import { openServing } from './serve.ts';
import type { Serving } from './serving.ts';

/**
 * Serves from the start, since the API server may be away for long and whoever asks must not take that for a proxy that is
 * dead; then programs the rules, and keeps them equal to the objects.
 */
export async function keepRunning(
  options: RunOptions,
  config: ProxyConfig,
  logger: Logger,
): Promise<ExitStatus> {
  // Before the first child: else a signal may find only execa's listener, which forgets it.
  const ending = endOnSignal(logger);
  try {
    await serveAndFollow(options, config, logger, ending);
  } finally {
    // Else servers would keep the process that an error ends.
    ending.abort();
  }
  return exitStatus.ok;
}

async function serveAndFollow(
  options: RunOptions,
  config: ProxyConfig,
  logger: Logger,
  ending: AbortController,
): Promise<void> {
  const { signal } = ending;
  const metrics = new Metrics({ mode: config.mode, version: version() });
  const { source, api } = await openSource(options, config, {
    patient: true,
    events: logApi(logger, metrics.api),
    requests: metrics.api,
  });
  const { events, sent } = openEvents(api, config, { logger, signal });
  try {
    const serving = await openServing({
      config,
      metrics,
      moreMetrics: (loaded) => (options.trafficMetrics ? [trafficMetrics(loaded, config, logger)] : []),
      logger,
      signal,
      flags: options.flags,
      ownFlags: ownFlags(options),
      needsNode: options.source === undefined,
      failures: events,
    });
    const loaded = await loadState(source, config, options, signal);
    if (!signal.aborted) await program({ options, config, logger, source, loaded, serving, events, ending });
  } catch (error) {
    await sent();
    throw error;
  }
}

interface Programming extends Omit<Running, 'problems' | 'syncer' | 'takeOver' | 'first'> {
  readonly options: RunOptions;
  readonly serving: Serving;
  readonly events: OperatorEvents;
}

async function program({ options, ...opened }: Programming): Promise<void> {
  const { loaded, config, logger, serving, events, ending } = opened;
  serving.loaded(loaded);
  events.loaded((service) => loaded.state.services.get(service)?.uid || undefined);
  const problems = new ProblemLog(logger);
  problems.report(loaded.problems);
  events.invalid(loaded.unusable);
  events.clashes(loaded.state.clashes());
  events.withoutEffect(modeProblems(loaded.state.services.values(), config));
  const { syncer, takeOver, outcomes } = await firstSync({ loaded, config, options, logger, serving });
  events.started();
  events.synced(outcomes);
  if (!ending.signal.aborted) await follow({ ...opened, problems, syncer, takeOver, first: outcomes });
}

function ownFlags(options: RunOptions): Readonly<Record<string, string>> {
  return {
    'iptables-variant': options.variant ?? '',
    'service-proxy-name': options.serviceProxyName,
    source: options.source ?? '',
    'traffic-metrics': String(options.trafficMetrics),
  };
}
