import type { PlanChange } from '../plan/plan-change.ts';
import type { ServicePortPlan } from '../plan/service-plan.ts';
import type { ChainName } from './chain-names.ts';
import { type DispatchRule, dispatchRules } from './dispatch-rules.ts';
import type { IptablesOptions } from './iptables-options.ts';
import type { Rule } from './rule-builder.ts';
import { serviceChains } from './service-chains.ts';
import type { DispatchEdit, ServiceWrite, Transaction } from './transaction.ts';

/**
 * The smallest change of the rules that follows the plans: only chains whose rules change are written, and in
 * the dispatch chains only the rules that come or go. With them goes what they claim of rules that were kept.
 */
export function partialTransaction(
  changes: Iterable<PlanChange>,
  options: IptablesOptions,
  claimed: Pick<Transaction, 'edits' | 'stale'> = { edits: [], stale: [] },
): Transaction {
  const services: ServiceWrite[] = [];
  const edits: DispatchEdit[] = [...claimed.edits];
  const stale: ChainName[] = [...claimed.stale];
  for (const { service, before, after } of changes) {
    const old = chainsByName(before, options);
    const now = chainsByName(after, options);
    const chains = [...now]
      .filter(([name, rules]) => !sameRules(old.get(name), rules))
      .map(([name, rules]) => ({ name, rules }));
    if (chains.length > 0) services.push({ service, chains });
    edits.push(...dispatchEdits(before, after, options));
    for (const name of old.keys()) if (!now.has(name)) stale.push(name);
  }
  const chainNames = () => services.flatMap(({ chains }) => chains.map(({ name }) => name));
  return { shared: [], services, chainNames, edits, jumps: [], stale };
}

function chainsByName(
  plans: readonly ServicePortPlan[],
  options: IptablesOptions,
): Map<ChainName, readonly Rule[]> {
  return new Map(
    plans.flatMap((plan) => [...serviceChains(plan, options)]).map(({ name, rules }) => [name, rules]),
  );
}

function sameRules(one: readonly Rule[] | undefined, other: readonly Rule[]): boolean {
  return (
    one !== undefined && one.length === other.length && one.every((rule, index) => rule === other[index])
  );
}

function dispatchEdits(
  before: readonly ServicePortPlan[],
  after: readonly ServicePortPlan[],
  options: IptablesOptions,
): readonly DispatchEdit[] {
  const rulesOf = (plans: readonly ServicePortPlan[]) =>
    plans.flatMap((plan) => dispatchRules(plan, options));
  const [old, now] = [rulesOf(before), rulesOf(after)];
  return [...edit('insert', without(now, old)), ...edit('delete', without(old, now))];
}

function edit(action: DispatchEdit['action'], rules: readonly DispatchRule[]): readonly DispatchEdit[] {
  return rules.map(({ chain, rule }) => ({ action, chain, rule }));
}

function without(rules: readonly DispatchRule[], others: readonly DispatchRule[]): readonly DispatchRule[] {
  const known = new Set(others.map(({ chain, rule }) => `${chain} ${rule}`));
  return rules.filter(({ chain, rule }) => !known.has(`${chain} ${rule}`));
}
