import { chainDeclared, ruleAppended, tableBegins, tableEnds } from '../rules-text/iptables/save-text.ts';
import type { ChainName } from './chain-names.ts';
import type { DesiredRules } from './desired-rules.ts';
import { serviceChains } from './service-chains.ts';
import type { BaseJump, TableName } from './skeleton.ts';

/**
 * All rules of one family as text that iptables-restore takes and iptables-save prints alike: tables, their
 * chains by name, their rules.
 */
export function* renderRules(desired: DesiredRules): Iterable<string> {
  for (const table of ['mangle', 'filter', 'nat'] as const) {
    const chains = tableChains(table, desired);
    yield tableBegins(table);
    for (const name of chains.keys()) yield chainDeclared(name);
    for (const { from, rule } of jumpsOf(table, desired)) yield ruleAppended(from, rule);
    for (const [name, rules] of chains) for (const rule of rules) yield ruleAppended(name, rule);
    yield tableEnds;
  }
}

/** The chains that Portolan owns in a table, by name, each with its rules. */
export function tableChains(
  table: TableName,
  { shared, plans, options }: DesiredRules,
): ReadonlyMap<ChainName, readonly string[]> {
  const chains: [ChainName, readonly string[]][] = shared
    .filter((chain) => chain.table === table)
    .map(({ chain, rules }) => [chain, rules]);
  if (table === 'nat') {
    for (const ports of plans.values()) {
      for (const plan of ports)
        for (const { name, rules } of serviceChains(plan, options)) chains.push([name, rules]);
    }
  }
  return new Map(chains.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function jumpsOf(table: TableName, { jumps }: DesiredRules): readonly BaseJump[] {
  return jumps.filter((jump) => jump.table === table);
}
