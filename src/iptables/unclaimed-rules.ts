import type { FamilyPlans, PlanChange } from '../plan/plan-change.ts';
import type { ServicePortPlan } from '../plan/service-plan.ts';
import { findOption, ruleTarget } from '../rules-text/iptables/rule-options.ts';
import { type ChainName, isServiceChain, serviceChainNames } from './chain-names.ts';
import { type DispatchChain, dispatchChains } from './dispatch-rules.ts';
import type { Rule } from './rule-builder.ts';
import type { LiveRules } from './saved-rules.ts';
import { serviceChainList } from './service-chains.ts';
import type { Transaction } from './transaction.ts';

/**
 * Rules of service ports that stand, and that no plan claims. Where not all objects are known they stay, since they may be of
 * Services that are not known, or of endpoints.
 */
export interface UnclaimedRules {
  readonly chains: ReadonlySet<ChainName>;
  readonly dispatch: readonly UnclaimedRule[];
}

export interface UnclaimedRule {
  readonly chain: DispatchChain;
  readonly rule: Rule;
  /** As its comment says: `shop/web:http`. */
  readonly port: string;
}

export const nothingUnclaimed: UnclaimedRules = { chains: new Set(), dispatch: [] };

/**
 * A plan with endpoints claims all that its service port has. One without claims only what refuses: its endpoints may be
 * what is not known, and as long as packets are translated they never come to a refusal.
 */
export function unclaimedRules(live: LiveRules, plans: FamilyPlans): UnclaimedRules {
  const chains = new Set(live.serviceChains.keys());
  const [planned, forwarded] = [new Set<string>(), new Set<string>()];
  for (const plan of [...plans.values()].flat()) {
    planned.add(plan.name);
    if (!forwards(plan)) continue;
    forwarded.add(plan.name);
    for (const chain of chainsOf(plan)) chains.delete(chain);
  }
  const dispatch = standingDispatch(live).filter(({ chain, rule, port }) => {
    const isOthers = chain.startsWith('nat ') ? !forwarded.has(port) : !planned.has(port);
    const target = ruleTarget(rule) as ChainName;
    return isOthers && (!isServiceChain(target) || chains.has(target));
  });
  return { chains, dispatch };
}

/** What of the rules is still unclaimed. */
export function stillUnclaimed(before: UnclaimedRules, now: UnclaimedRules): UnclaimedRules {
  const rules = new Set(before.dispatch.map(textOf));
  return {
    chains: new Set([...now.chains].filter((chain) => before.chains.has(chain))),
    dispatch: now.dispatch.filter((rule) => rules.has(textOf(rule))),
  };
}

/** What changes of plans claim of the rules, or end: it goes, and the rest stays. */
export function claim(unclaimed: UnclaimedRules, changes: readonly PlanChange[]): ClaimedRules {
  if (unclaimed.chains.size + unclaimed.dispatch.length === 0)
    return { edits: [], stale: [], left: unclaimed };
  const after = changes.flatMap((change) => change.after);
  const planned = new Set<string>(after.map(({ name }) => name));
  const waiting = new Set<string>(after.filter((plan) => !forwards(plan)).map(({ name }) => name));
  const settled = [...changes.flatMap(({ before }) => before), ...after].filter(
    ({ name }) => !waiting.has(name),
  );
  const ports = new Set<string>(settled.map(({ name }) => name));
  const isClaimed = ({ chain, port }: UnclaimedRule) =>
    ports.has(port) || (chain.startsWith('filter ') && planned.has(port));
  const written = new Set(after.flatMap(serviceChainList));
  const claimed = new Set(settled.flatMap(chainsOf));
  return {
    edits: unclaimed.dispatch.filter(isClaimed).map(({ chain, rule }) => ({ action: 'delete', chain, rule })),
    stale: [...claimed].filter((chain) => unclaimed.chains.has(chain) && !written.has(chain)),
    left: {
      chains: new Set([...unclaimed.chains].filter((chain) => !claimed.has(chain))),
      dispatch: unclaimed.dispatch.filter((rule) => !isClaimed(rule)),
    },
  };
}

export interface ClaimedRules extends Pick<Transaction, 'edits' | 'stale'> {
  /** What is unclaimed after that. */
  readonly left: UnclaimedRules;
}

/** Whether anything leads to endpoints. */
function forwards(plan: ServicePortPlan): boolean {
  return serviceChainList(plan).length > 0;
}

/** Those that it has, and those that it may have had. */
function chainsOf(plan: ServicePortPlan): readonly ChainName[] {
  const { cluster, local, external, firewall } = serviceChainNames(plan.name, plan.protocol);
  return [...serviceChainList(plan), cluster, local, external, firewall];
}

function standingDispatch({ tables }: LiveRules): readonly UnclaimedRule[] {
  return dispatchChains.flatMap((chain) => {
    const [table = '', name] = chain.split(' ');
    const rules = tables.get(table)?.get(name as ChainName) ?? [];
    return rules.flatMap((rule) => {
      // Every rule of a service port names it there; so do kube-proxy's.
      const [port = ''] = findOption(rule, '--comment')?.values[0]?.split(' ') ?? [];
      return !port.includes('/') ? [] : [{ chain, rule: rule as Rule, port }];
    });
  });
}

function textOf({ chain, rule }: UnclaimedRule): string {
  return `${chain} ${rule}`;
}
