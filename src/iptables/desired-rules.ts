import type { FamilyPlans } from '../plan/plan-change.ts';
import type { ChainName } from './chain-names.ts';
import { type DispatchChain, dispatchChains, dispatchRules, nodePortJumps } from './dispatch-rules.ts';
import type { IptablesOptions } from './iptables-options.ts';
import type { Rule } from './rule-builder.ts';
import { type BaseJump, baseJumps, skeletonTables, type TableName } from './skeleton.ts';
import type { SharedChain } from './transaction.ts';
import { nothingUnclaimed, type UnclaimedRules } from './unclaimed-rules.ts';

/** The text of rules/iptables, which the kernel room reads from disk. */
export interface RuleFiles {
  readonly skeleton: string;
  readonly jumps: string;
}

/** All the rules that one family should have; the chains of Services are rendered only when somebody asks. */
export interface DesiredRules {
  readonly shared: readonly SharedChain[];
  readonly jumps: readonly BaseJump[];
  readonly plans: FamilyPlans;
  readonly options: IptablesOptions;
  /** What stands besides, and stays. */
  readonly kept: UnclaimedRules;
}

export function desiredRules(
  files: RuleFiles,
  plans: FamilyPlans,
  options: IptablesOptions,
  kept: UnclaimedRules = nothingUnclaimed,
): DesiredRules {
  const dispatch = allDispatchRules(plans, options, kept);
  const shared = [...skeletonTables(files.skeleton, options)].flatMap(([table, chains]) =>
    [...chains].map(([chain, rules]) => ({
      table,
      chain,
      rules: [...rules, ...(dispatch.get(`${table} ${chain}` as DispatchChain) ?? [])],
    })),
  );
  return { shared, jumps: baseJumps(files.jumps), plans, options, kept };
}

/** Whether the order of Services' rules in the chain has no meaning. */
export function isDispatchChain(table: TableName, chain: ChainName): boolean {
  return dispatchChains.some((name) => name === `${table} ${chain}`);
}

function allDispatchRules(
  plans: FamilyPlans,
  options: IptablesOptions,
  kept: UnclaimedRules,
): ReadonlyMap<DispatchChain, readonly Rule[]> {
  const rules = new Map<DispatchChain, Rule[]>(dispatchChains.map((chain) => [chain, []]));
  for (const ports of plans.values()) {
    for (const plan of ports) {
      for (const { chain, rule } of dispatchRules(plan, options)) rules.get(chain)?.push(rule);
    }
  }
  // An address that a known Service has now is its own: the first rule counts.
  for (const { chain, rule } of kept.dispatch) rules.get(chain)?.push(rule);
  rules.get('nat KUBE-SERVICES')?.push(...nodePortJumps(options));
  return rules;
}
