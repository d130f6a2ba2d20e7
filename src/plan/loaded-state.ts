import { nodeName } from '../config/node-name.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import type { Family } from '../net/family.ts';
import { ClusterState } from '../state/cluster-state.ts';
import { formatProblem, type Problem } from '../state/problem.ts';
import type { Change, ServiceRecord } from '../state/records.ts';
import { balanceProblems } from './balance-problems.ts';
import { nodeIPs } from './node-ips.ts';
import { PlanBook } from './plan-book.ts';
import type { FamilyPlans } from './plan-change.ts';
import type { PlanContext } from './plan-service.ts';

/** The objects of a source, the plans made of them, and what could not be used. */
export interface LoadedState {
  readonly state: ClusterState;
  readonly book: PlanBook;
  /** What could not be used of the objects. */
  readonly unusable: readonly Problem[];
  /** That, and what is wrong between objects, or with what they ask of the mode. */
  readonly problems: readonly Problem[];
  readonly context: () => PlanContext;
}

/** Whose objects are loaded, and for which node. */
export interface LoadedFor {
  readonly config: ProxyConfig;
  readonly hostname: string;
  readonly serviceProxyName: string;
}

/**
 * Loads every object that `load` emits, one update after another. Where `load` ends early, the state holds only a part, and must
 * not be programmed.
 */
export async function loadObjects(
  load: (
    listener: (update: {
      readonly changes: readonly Change[];
      readonly problems: readonly Problem[];
      readonly gaps?: readonly Problem[];
    }) => void,
  ) => Promise<void>,
  { config, hostname, serviceProxyName }: LoadedFor,
): Promise<LoadedState> {
  const state = new ClusterState(nodeName(config, hostname), serviceProxyName);
  const unusable: Problem[] = [];
  await load(({ changes, problems, gaps = state.gaps }) => {
    state.gaps = gaps;
    for (const change of changes) state.apply(change);
    unusable.push(...problems);
  });
  const problems = [...unusable, ...state.clashes(), ...modeProblems(state.services.values(), config)];
  return { state, book: new PlanBook(state), unusable, problems, context: () => planContext(state, config) };
}

/** The plans of one family for the objects as they now are; not beside reconcilers, which take them for themselves. */
export function currentPlans(
  { book, context }: Pick<LoadedState, 'book' | 'context'>,
  family: Family,
): FamilyPlans {
  book.take(family, context);
  return book.plans(family);
}

/** What is to be said of the objects, each in a line: what is wrong with them, and where it is open which there are. */
export function remarksOn({ state, problems }: Pick<LoadedState, 'state' | 'problems'>): readonly string[] {
  return [...problems.map(formatProblem), ...state.gaps.map((gap) => `portolan: ${formatProblem(gap)}`)];
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
