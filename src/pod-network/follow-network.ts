import { setTimeout as delay } from 'node:timers/promises';
import { BirdDaemon } from '../kernel/bird/bird-daemon.ts';
import { bindRouteSocket } from '../kernel/netlink/route/route-socket.ts';
import { endOnSignal } from '../program/end-on-signal.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import type { Source, SourceUpdate } from '../sources/source.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import { ProblemLog } from '../telemetry/logs/problem-log.ts';
import { KnownNodes } from './known-nodes.ts';
import { birdFolder, type NetworkOptions } from './network-options.ts';
import type { SyncLog } from './sync-log.ts';
import { syncNetwork } from './sync-network.ts';

/** Milliseconds. What others change is mended by then, and a link or address that was missing is found. */
const lookPeriod = 5_000;

export interface Following {
  readonly source: Source;
  readonly network: NetworkOptions;
  readonly logger: Logger;
  readonly log: SyncLog;
}

/** Syncs when a Node changes, and now and then, until SIGINT or SIGTERM. What stands then stays. */
export async function followNetwork({ source, network, logger, log }: Following): Promise<ExitStatus> {
  const ending = endOnSignal(logger, 'routes and tunnel stay');
  const { signal } = ending;
  const nodes = new KnownNodes();
  const problems = new ProblemLog(logger);
  let changed = Promise.withResolvers<void>();
  const take = (update: SourceUpdate) => {
    problems.report(update.problems);
    if (nodes.take(update)) changed.resolve();
  };
  try {
    await source.load(take, signal);
    const following = source.follow(take, signal);
    using socket = (await bindRouteSocket())();
    const bird = new BirdDaemon(birdFolder);
    while (!signal.aborted) {
      changed = Promise.withResolvers();
      log.report(await syncNetwork(socket, bird, nodes, network).catch(problemOf));
      await Promise.race([changed.promise, delay(lookPeriod, undefined, { signal }).catch(() => undefined)]);
    }
    await following;
  } finally {
    ending.abort();
  }
  return exitStatus.ok;
}

/** The kernel may be short of memory for a moment, or this process of files. */
function problemOf(error: unknown): {
  readonly done: readonly string[];
  readonly problems: readonly string[];
} {
  return { done: [], problems: [error instanceof Error ? error.message : String(error)] };
}
