import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { loadConfig } from '../../src/config/load-config.ts';
import type { ProxyConfig } from '../../src/config/proxy-config.ts';
import { lookAtNode } from '../../src/kernel/node/look-at-node.ts';
import { openTable } from '../../src/kernel/open-table.ts';
import { nftablesSkeleton } from '../../src/kernel/rule-files.ts';
import { type Family, families } from '../../src/net/family.ts';
import { NftablesBackend } from '../../src/nftables/backend.ts';
import { nftablesOptions } from '../../src/nftables/derive-nftables-options.ts';
import type { KernelTable } from '../../src/nftables/kernel-table.ts';
import type { LoadedState } from '../../src/plan/loaded-state.ts';
import { follow } from '../../src/proxy/follow.ts';
import { limitHeapGrowth } from '../../src/proxy/heap-growth.ts';
import { ProblemReports } from '../../src/proxy/problem-reports.ts';
import { filesSource } from '../../src/sources/files-source.ts';
import { loadState } from '../../src/sources/load-state.ts';
import type { Source, UpdateListener } from '../../src/sources/source.ts';
import type { Change } from '../../src/state/records.ts';
import { realClock } from '../../src/sync/clock.ts';
import { Reconciler } from '../../src/sync/reconciler.ts';
import { clusterCIDR } from '../iptables/rules.ts';
import { Commits, monotonic } from './commits.ts';

/** A cluster as `portolan run` has read it in mode nftables, before its first sync. */
export interface LoadedCluster {
  readonly config: ProxyConfig;
  readonly loaded: LoadedState;
}

/** Reads the objects in a folder. */
export async function loadCluster(folder: string): Promise<LoadedCluster> {
  const flags = { 'proxy-mode': 'nftables', 'cluster-cidr': clusterCIDR };
  const { config } = await loadConfig(flags);
  const options = { flags, source: folder, serviceProxyName: '' };
  const loaded = await loadState(filesSource(folder), config, options);
  return { config, loaded };
}

/** The backend of one family, as `run` makes it. */
export async function backendOf(
  family: Family,
  { config, loaded: { state } }: LoadedCluster,
  table?: KernelTable,
): Promise<NftablesBackend> {
  return new NftablesBackend(family, table ?? (await openTable(family)), nftablesSkeleton(), async () => {
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

/** Does the first sync, and goes on by the product's own reconcilers, which also look for drift, until this process ends. */
export async function startFollowing({ config, loaded }: LoadedCluster): Promise<FollowingProxy> {
  limitHeapGrowth();
  const commits = new Commits();
  const backends = await Promise.all(
    families.map(async (family) => {
      const backend = await backendOf(family, { config, loaded });
      return family === 'IPv4' ? commits.observe(backend) : backend;
    }),
  );
  const { source, listener } = manualSource();
  const { signal } = new AbortController();
  const first = backends.map(() => Promise.withResolvers<void>());
  const reconcilers = backends.map(
    (backend, index) =>
      new Reconciler({
        backend,
        book: loaded.book,
        context: loaded.context,
        clock: realClock,
        minSyncPeriod: config[config.mode].minSyncPeriod,
        listener: ({ kind }) => {
          if (kind === 'up to date') first[index]?.resolve();
        },
      }),
  );
  const logger = pino({ base: null }, pino.destination({ dest: '/dev/null', sync: true }));
  const problems = new ProblemReports(config, logger);
  for (const reconciler of reconcilers) void reconciler.run(signal);
  await Promise.all(first.map(({ promise }) => promise));
  void follow({ source, loaded, reconcilers, problems, signal });
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
      const longest = () =>
        Math.max(...backends.map(({ tidyDelay }) => tidyDelay ?? Number.NEGATIVE_INFINITY));
      for (let pause = longest(); pause >= 0; pause = longest()) await delay(pause + 10);
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
