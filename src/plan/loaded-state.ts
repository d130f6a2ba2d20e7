import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { FlagValues } from '../config/flags/flags.ts';
import { nodeName } from '../config/node-name.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { UserError } from '../program/exit-status.ts';
import type { Source } from '../sources/source.ts';
import { ClusterState } from '../state/cluster-state.ts';
import type { Problem } from '../state/problem.ts';
import type { ServiceRecord } from '../state/records.ts';
import { balanceProblems } from './balance-problems.ts';
import { nodeIPs } from './node-ips.ts';
import { PlanBook } from './plan-book.ts';
import type { PlanContext } from './plan-service.ts';

/** What every command takes: kube-proxy's flags, and where the objects are. */
export interface CommonOptions {
  readonly flags: FlagValues;
  readonly source: string | undefined;
  readonly serviceProxyName: string;
}

/** The configuration, and what is to be said about it once. */
export interface LoadedConfig {
  readonly config: ProxyConfig;
  readonly notices: readonly string[];
}

/** Reads the configuration file, if one is named, and joins it with the flags. Throws a `ConfigError`. */
export async function loadConfig(flags: FlagValues): Promise<LoadedConfig> {
  const { resolveConfig } = await import('../config/resolve-config.ts');
  const path = flags.config;
  if (path === undefined || path === '') return resolveConfig({ flags });
  return resolveConfig({ file: { path, text: await readConfigFile(path) }, flags });
}

async function readConfigFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(
      `--config ${path}: cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** The objects of a source, and what could not be used of them. */
export interface LoadedState {
  readonly state: ClusterState;
  readonly book: PlanBook;
  /** What could not be used of the objects. */
  readonly unusable: readonly Problem[];
  /** That, and what is wrong between objects, or with what they ask of the mode. */
  readonly problems: readonly Problem[];
  readonly context: () => PlanContext;
}

/** Loads everything. Where the signal aborts meanwhile, the state holds only a part, and must not be programmed. */
export async function loadState(
  source: Source,
  config: ProxyConfig,
  options: CommonOptions,
  signal?: AbortSignal,
): Promise<LoadedState> {
  const state = new ClusterState(nodeName(config, hostname()), options.serviceProxyName);
  const unusable: Problem[] = [];
  await source.load((update) => {
    for (const change of update.changes) state.apply(change);
    unusable.push(...update.problems);
  }, signal);
  const problems = [...unusable, ...state.clashes(), ...modeProblems(state.services.values(), config)];
  return { state, book: new PlanBook(state), unusable, problems, context: () => planContext(state, config) };
}

/** What these Services ask for and the mode cannot do. */
export function modeProblems(services: Iterable<ServiceRecord>, { mode }: ProxyConfig): Iterable<Problem> {
  return mode === 'iptables' ? balanceProblems(services) : [];
}

function planContext(state: ClusterState, config: ProxyConfig): PlanContext {
  return {
    nodeName: state.nodeName,
    zone: state.node?.zone ?? '',
    nodeHints: true,
    nodeIPs: nodeIPs(config.bindAddress, state.node),
    holder: (claim) => state.holder(claim),
  };
}
