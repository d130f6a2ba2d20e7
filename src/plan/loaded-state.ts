import { nodeName } from '../config/node-name.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import type { Family } from '../net/family.ts';
import { ClusterState } from '../state/cluster-state.ts';
import { formatProblem, type Problem } from '../state/problem.ts';
import { balanceAnnotation, type Change, type ServiceKey, type ServiceRecord } from '../state/records.ts';
import { nodeIPs } from './node-ips.ts';
import { PlanBook } from './plan-book.ts';
import type { FamilyPlans } from './plan-change.ts';
import type { PlanContext } from './plan-service.ts';

/** The objects of a source, their plans, and the problems of both. */
export interface LoadedState {
  readonly state: ClusterState;
  readonly book: PlanBook;
  /** Objects and fields that could not be used. */
  readonly unusable: readonly Problem[];
  /** All problems: those, conflicts between objects, and features that the mode lacks. */
  readonly problems: readonly Problem[];
  readonly context: () => PlanContext;
}

/** The configuration and the node that objects are loaded for. */
export interface LoadedFor {
  readonly config: ProxyConfig;
  readonly hostname: string;
  readonly serviceProxyName: string;
  /** The Services that are planned; all where it is absent. */
  readonly plannedServices?: ReadonlySet<ServiceKey> | undefined;
}

/**
 * Loads every object that `load` emits, update by update. If `load` ends early, the state is incomplete and must not be
 * programmed.
 */
export async function loadObjects(
  load: (
    listener: (update: {
      readonly changes: readonly Change[];
      readonly problems: readonly Problem[];
      readonly gaps?: readonly Problem[];
    }) => void,
  ) => Promise<void>,
  { config, hostname, serviceProxyName, plannedServices }: LoadedFor,
): Promise<LoadedState> {
  const state = new ClusterState(nodeName(config, hostname), serviceProxyName, plannedServices);
  const unusable: Problem[] = [];
  await load(({ changes, problems, gaps = state.gaps }) => {
    state.gaps = gaps;
    for (const change of changes) state.apply(change);
    unusable.push(...problems);
  });
  const problems = [...unusable, ...state.clashes(), ...modeProblems(state.services.values(), config)];
  return { state, book: new PlanBook(state), unusable, problems, context: () => planContext(state, config) };
}

/** The plans of one family for the present objects. Not for use beside reconcilers, which take changes themselves. */
export function currentPlans(
  { book, context }: Pick<LoadedState, 'book' | 'context'>,
  family: Family,
): FamilyPlans {
  book.take(family, context);
  return book.plans(family);
}

/** Remarks for the operator, a line each: problems of the objects, and parts of the source that could not be read. */
export function remarksOn({ state, problems }: Pick<LoadedState, 'state' | 'problems'>): readonly string[] {
  return [...problems.map(formatProblem), ...state.gaps.map((gap) => `portolan: ${formatProblem(gap)}`)];
}

/** What these Services ask for and the mode lacks. */
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

/** Services that ask for a balance that mode iptables lacks: it only has random. */
export function* balanceProblems(services: Iterable<ServiceRecord>): Iterable<Problem> {
  for (const { key, balance } of services) {
    if (balance === 'random') continue;
    yield {
      object: `Service ${key}`,
      field: `metadata.annotations["${balanceAnnotation}"]`,
      reason: `"${balance}" needs mode nftables; mode iptables uses random`,
    };
  }
}
