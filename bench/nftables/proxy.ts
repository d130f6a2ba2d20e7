import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { loadConfig } from '../../src/config/load-config.ts';
import type { ProxyConfig } from '../../src/config/proxy-config.ts';
import { nftTool } from '../../src/kernel/nft/choose-nft-tool.ts';
import { lookAtNode } from '../../src/kernel/node/look-at-node.ts';
import { nftablesSkeleton } from '../../src/kernel/rule-files.ts';
import { type Family, families } from '../../src/net/family.ts';
import { NftablesBackend } from '../../src/nftables/backend.ts';
import { nftablesOptions } from '../../src/nftables/derive-nftables-options.ts';
import type { NftTool } from '../../src/nftables/nft-tool.ts';
import type { LoadedState } from '../../src/plan/loaded-state.ts';
import { follow } from '../../src/proxy/follow.ts';
import { TakeOver } from '../../src/proxy/take-over.ts';
import { filesSource } from '../../src/sources/files-source.ts';
import { loadState } from '../../src/sources/load-state.ts';
import type { Source, UpdateListener } from '../../src/sources/source.ts';
import type { Change } from '../../src/state/records.ts';
import { Syncer } from '../../src/sync/syncer.ts';
import { ProblemLog } from '../../src/telemetry/logs/problem-log.ts';
import { clusterCIDR } from '../iptables/rules.ts';
import { Commits, monotonic } from './commits.ts';

/** A cluster as `portolan run` has read it in mode nftables, before its first sync. */
export interface LoadedCluster {
  readonly config: ProxyConfig;
  readonly loaded: LoadedState;
  readonly tool: NftTool;
}

/** Reads the objects in a folder. */
export async function loadCluster(folder: string): Promise<LoadedCluster> {
  const flags = { 'proxy-mode': 'nftables', 'cluster-cidr': clusterCIDR };
  const { config } = await loadConfig(flags);
  const options = { flags, source: folder, serviceProxyName: '' };
  const loaded = await loadState(filesSource(folder), config, options);
  const { tool } = await nftTool();
  return { config, loaded, tool };
}

/** The backend of one family, as `run` makes it. */
export function backendOf(
  family: Family,
  { config, loaded: { state }, tool }: LoadedCluster,
): NftablesBackend {
  return new NftablesBackend(family, tool, nftablesSkeleton(), async () => {
    const facts = await lookAtNode(config, state.node, new Set());
    return nftablesOptions(family, config, { ...facts, serviceCIDRs: state.serviceCIDRs });
  });
}

/** Portolan in this process, which hears of changes from the benchmark. */
export interface FollowingProxy {
  /** Emits the changes as one update; resolves to the milliseconds from `since` until they are in the kernel. */
  change(changes: readonly Change[], since?: number): Promise<number>;
  /** How many transactions changed the table after the first sync. */
  readonly transactions: number;
  /** Resolves when nothing is left over that a transaction would remove later. */
  tidied(): Promise<void>;
}

/** Does the first sync, and goes on by the product's own `follow`, which also looks for drift, until this process ends. */
export async function startFollowing({ config, loaded, tool }: LoadedCluster): Promise<FollowingProxy> {
  const commits = new Commits();
  const backends = families.map((family) => {
    const backend = backendOf(family, { config, loaded, tool });
    return family === 'IPv4' ? commits.observe(backend) : backend;
  });
  const syncer = new Syncer(loaded.book, loaded.context, backends);
  const logger = pino({ base: null }, pino.destination({ dest: '/dev/null', sync: true }));
  const takeOver = new TakeOver(config.mode, () => undefined);
  const first = await syncer.sync();
  await takeOver.after(first);
  const { source, listener } = manualSource();
  const problems = new ProblemLog(logger);
  const ending = new AbortController();
  void follow({ source, loaded, config, syncer, takeOver, problems, logger, ending, first });
  const emit = await listener;
  return {
    change(changes, since = monotonic()) {
      const committed = commits.expect(since);
      emit({ changes, problems: [] });
      return committed;
    },
    get transactions() {
      return commits.transactions;
    },
    async tidied() {
      while (syncer.tidyDelay !== undefined) await delay(syncer.tidyDelay + 10);
    },
  };
}

/** A source that emits what its listener is called with. */
function manualSource(): { readonly source: Source; readonly listener: Promise<UpdateListener> } {
  const { promise: listener, resolve } = Promise.withResolvers<UpdateListener>();
  const source: Source = {
    load: async () => undefined,
    follow: (following, signal) => {
      resolve(following);
      return new Promise((end) => signal.addEventListener('abort', () => end()));
    },
  };
  return { source, listener };
}
