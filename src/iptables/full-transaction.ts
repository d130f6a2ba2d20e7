import type { FamilyPlans } from '../plan/plan-change.ts';
import type { ServicePortPlan } from '../plan/service-plan.ts';
import { canonicalRule, canonicalRuleWithComments } from './canonical-rule.ts';
import type { ChainName } from './chain-names.ts';
import { type DesiredRules, isDispatchChain } from './desired-rules.ts';
import { nodePortJumps } from './dispatch-rules.ts';
import { chainDigest, type LiveRules, type SavedTables } from './saved-rules.ts';
import { serviceChainList, serviceChains } from './service-chains.ts';
import type { BaseJump } from './skeleton.ts';
import type { ServiceWrite, SharedChain, Transaction } from './transaction.ts';

/**
 * What makes the live rules into the desired ones, and leaves alone what is right already: a restart over
 * unchanged Services changes nothing.
 */
export function fullTransaction(live: LiveRules, desired: DesiredRules): Transaction {
  const { differing, stale } = compareServiceChains(live, desired);
  return {
    shared: desired.shared.filter((shared) => differs(shared, live, desired)),
    services: writes(desired, differing),
    chainNames: () => writtenNames(desired, differing),
    edits: [],
    jumps: missingJumps(live.tables, desired.jumps),
    stale,
  };
}

/**
 * The part of it that no Service changes: the skeleton's rules and the jumps. Chains that Services fill are made where they
 * are missing, and else stay as they are, with what is in force.
 */
export function bareTransaction(live: LiveRules, desired: DesiredRules): Transaction {
  const shared = desired.shared.flatMap((chain) => {
    if (!isDispatchChain(chain.table, chain.chain)) return differs(chain, live, desired) ? [chain] : [];
    return live.tables.get(chain.table)?.has(chain.chain) ? [] : [{ ...chain, rules: [] }];
  });
  return {
    shared,
    services: [],
    chainNames: () => [],
    edits: [],
    jumps: missingJumps(live.tables, desired.jumps),
    stale: [],
  };
}

/** Whether nothing at all is to be done. */
export function isEmptyTransaction({ shared, chainNames, edits, jumps, stale }: Transaction): boolean {
  if (shared.length + edits.length + jumps.length + stale.length > 0) return false;
  return Iterator.from(chainNames()).next().done === true;
}

/**
 * Those that do not stand, comments aside. A jump to the same chain under other conditions is somebody else's: it lets through
 * less than ours, and stays.
 */
export function missingJumps(tables: SavedTables, jumps: readonly BaseJump[]): readonly BaseJump[] {
  return jumps.filter(({ table, from, rule }) => {
    const standing = tables.get(table)?.get(from) ?? [];
    return !standing.some((other) => canonicalRule(other) === canonicalRule(rule));
  });
}

interface Comparison {
  /** Chains to write again; `undefined` means all. */
  readonly differing: ReadonlySet<ChainName> | undefined;
  readonly stale: readonly ChainName[];
}

function compareServiceChains(
  { serviceChains: digests }: LiveRules,
  { plans, options, kept }: DesiredRules,
): Comparison {
  if (digests.size === 0) return { differing: undefined, stale: [] };
  const unclaimed = new Set(digests.keys());
  const differing = new Set<ChainName>();
  for (const plan of allPlans(plans)) {
    for (const { name, rules } of serviceChains(plan, options)) {
      unclaimed.delete(name);
      if (digests.get(name) !== chainDigest(rules)) differing.add(name);
    }
  }
  return { differing, stale: [...unclaimed].filter((chain) => !kept.chains.has(chain)) };
}

function* writes(
  { plans, options }: DesiredRules,
  differing: Comparison['differing'],
): Iterable<ServiceWrite> {
  if (differing?.size === 0) return;
  for (const [service, ports] of plans) {
    const chains = ports
      .flatMap((plan) => [...serviceChains(plan, options)])
      .filter(({ name }) => isWritten(name, differing));
    if (chains.length > 0) yield { service, chains };
  }
}

function* writtenNames({ plans }: DesiredRules, differing: Comparison['differing']): Iterable<ChainName> {
  for (const plan of allPlans(plans)) {
    for (const name of serviceChainList(plan)) if (isWritten(name, differing)) yield name;
  }
}

function isWritten(name: ChainName, differing: Comparison['differing']): boolean {
  return differing === undefined || differing.has(name);
}

function* allPlans(plans: FamilyPlans): Iterable<ServicePortPlan> {
  for (const ports of plans.values()) yield* ports;
}

function differs({ table, chain, rules }: SharedChain, live: LiveRules, { options }: DesiredRules): boolean {
  const found = live.tables.get(table)?.get(chain);
  if (found === undefined) return true;
  // Without rules of ours the chain only has to be there: KUBE-FIREWALL may hold the kubelet's.
  if (rules.length === 0 && !isDispatchChain(table, chain)) return false;
  if (found.length !== rules.length) return true;
  if (!isDispatchChain(table, chain)) return !equal(found.map(canonicalRule), rules.map(canonicalRule));
  // Partial syncs take out single rules of these chains, which iptables finds by their comments, too.
  const [have, want] = [found.map(canonicalRuleWithComments), rules.map(canonicalRuleWithComments)];
  const last = table === 'nat' && chain === 'KUBE-SERVICES' ? nodePortJumps(options).length : 0;
  const split = rules.length - last;
  return (
    !equal(have.slice(0, split).sort(), want.slice(0, split).sort()) ||
    !equal(have.slice(split).sort(), want.slice(split).sort())
  );
}

function equal(one: readonly string[], other: readonly string[]): boolean {
  return one.every((text, index) => text === other[index]);
}
