import { type ChainName, commonChains, isServiceChain } from '../../iptables/chain-names.ts';
import { type DesiredRules, isDispatchChain } from '../../iptables/desired-rules.ts';
import { missingJumps } from '../../iptables/full-transaction.ts';
import { jumpsOf, tableChains } from '../../iptables/render-rules.ts';
import type { SavedTables } from '../../iptables/saved-rules.ts';
import { ruleTarget } from '../../rules-text/iptables/rule-options.ts';

/** What iptables-save will print after a sync: the proxy's chains as desired, all others unchanged. */
export function afterSync(before: SavedTables, desired: DesiredRules): SavedTables {
  const tables = new Map(before);
  for (const table of ['mangle', 'filter', 'nat'] as const) {
    const chains = new Map<ChainName, readonly string[]>(
      [...(before.get(table) ?? [])].filter(([name]) => table !== 'nat' || !isServiceChain(name)),
    );
    for (const [name, rules] of tableChains(table, desired)) {
      const kept = rules.length === 0 && !isDispatchChain(table, name) ? before.get(table)?.get(name) : rules;
      chains.set(name, kept ?? rules);
    }
    const jumps = missingJumps(before, jumpsOf(table, desired));
    for (const [from, missing] of Map.groupBy(jumps, (jump) => jump.from)) {
      chains.set(from, [...missing.map(({ rule }) => rule), ...(chains.get(from) ?? [])]);
    }
    tables.set(table, chains);
  }
  return tables;
}

/** What iptables-save will print after mode nftables took over: the same without the proxy's chains. */
export function withoutProxy(before: SavedTables): SavedTables {
  return new Map(
    [...before].map(([table, chains]) => {
      const kept = [...chains].filter(([name]) => !isOfProxy(name));
      return [
        table,
        new Map(kept.map(([name, rules]) => [name, rules.filter((rule) => !isOfProxy(ruleTarget(rule)))])),
      ];
    }),
  );
}

/** The kubelet uses KUBE-FIREWALL, too. */
function isOfProxy(chain: string): boolean {
  return commonChains.has(chain) || isServiceChain(chain);
}
