import { hostname } from 'node:os';
import { loadConfig } from '../config/load-config.ts';
import { nodeName } from '../config/node-name.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { BirdDaemon } from '../kernel/bird/bird-daemon.ts';
import { bindRouteSocket } from '../kernel/netlink/route/route-socket.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import type { WantedObjects } from '../sources/cluster/cluster-source.ts';
import { allNodes } from '../sources/cluster/resources.ts';
import { type CommonOptions, openSourceOf } from '../sources/open-source.ts';
import type { Change } from '../state/records.ts';
import { reduceObject } from '../state/reduce-object.ts';
import { logApi } from '../telemetry/logs/log-api.ts';
import { createLogger } from '../telemetry/logs/logger.ts';
import { ProblemLog } from '../telemetry/logs/problem-log.ts';
import { type Following, followNetwork } from './follow-network.ts';
import { KnownNodes } from './known-nodes.ts';
import { birdFolder, type CniFolders, type NetworkOptions, type NetworkWay } from './network-options.ts';
import { SyncLog } from './sync-log.ts';
import { syncNetwork } from './sync-network.ts';

export interface PodNetworkOptions extends Pick<CommonOptions, 'flags' | 'source'> {
  readonly way: NetworkWay;
  readonly masquerade: boolean;
  readonly cni: CniFolders | undefined;
  readonly once: boolean;
}

/** Keeps this node's part of the pod network equal to the Nodes, until a signal ends it, unless `once`. */
export async function runPodNetwork(options: PodNetworkOptions): Promise<ExitStatus> {
  const { config } = await loadConfig(options.flags);
  const logger = await createLogger(config.logging);
  const network = networkOptions(options, config);
  const following = options.once ? undefined : { patient: true, events: logApi(logger, silent) };
  const { source } = await openSourceOf(wanted, { ...options, allowEmpty: true }, config, following);
  const log = new SyncLog(logger);
  return options.once
    ? await syncOnce({ source, network, logger, log })
    : await followNetwork({ source, network, logger, log });
}

async function syncOnce({ source, network, logger, log }: Following): Promise<ExitStatus> {
  const nodes = new KnownNodes();
  const problems = new ProblemLog(logger);
  let isWhole = true;
  await source.load((update) => {
    nodes.take(update);
    problems.report(update.problems);
    isWhole &&= update.problems.length === 0;
  });
  using socket = (await bindRouteSocket())();
  const bird = new BirdDaemon(birdFolder);
  const report = await syncNetwork(socket, bird, nodes, network);
  log.report(report);
  if (report.plan === undefined) return exitStatus.failed;
  return isWhole && report.problems.length === 0 && nodes.isComplete ? exitStatus.ok : exitStatus.incomplete;
}

const wanted: WantedObjects<Change> = { resources: [allNodes], reduce: reduceObject };

const silent = { following: () => undefined, requestDone: () => undefined };

function networkOptions({ way, masquerade, cni }: PodNetworkOptions, config: ProxyConfig): NetworkOptions {
  const { detectLocal } = config;
  return {
    ...way,
    masquerade,
    cni,
    nodeName: nodeName(config, hostname()),
    clusterCIDRs: detectLocal.mode === 'ClusterCIDR' ? Object.values(detectLocal.cidrs) : [],
  };
}
