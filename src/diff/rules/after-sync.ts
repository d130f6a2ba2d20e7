import { ruleTarget } from '../../iptables/canonical-rule.ts';
import { type ChainName, commonChains, isServiceChain } from '../../iptables/chain-names.ts';
import { type DesiredRules, isDispatchChain } from '../../iptables/desired-rules.ts';
import { jumpsOf, tableChains } from '../../iptables/render-rules.ts';
import type { SavedTables } from '../../iptables/saved-rules.ts';

/** What iptables-save will print after a sync: the proxy's chains as they should be, and all others as they were. */
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
    for (const [from, missing] of missingJumps(table, chains, desired)) {
      chains.set(from, [...missing, ...(chains.get(from) ?? [])]);
    }
    tables.set(table, chains);
  }
  return tables;
}

/** A jump is known by its target: one that stands somewhere in the chain is not written again. */
function missingJumps(
  table: 'mangle' | 'filter' | 'nat',
  chains: ReadonlyMap<ChainName, readonly string[]>,
  desired: DesiredRules,
): ReadonlyMap<ChainName, readonly string[]> {
  const missing = jumpsOf(table, desired).filter(
    ({ from, target }) => !(chains.get(from) ?? []).some((rule) => ruleTarget(rule) === target),
  );
  return Map.groupBy(missing, ({ from }) => from)
    .entries()
    .reduce(
      (all, [from, jumps]) =>
        all.set(
          from,
          jumps.map(({ rule }) => rule),
        ),
      new Map<ChainName, readonly string[]>(),
    );
}

/** What iptables-save will print after a takeover by mode nftables: the same without the proxy's chains. */
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

/** KUBE-FIREWALL is the kubelet's too. */
function isOfProxy(chain: string): boolean {
  return commonChains.has(chain) || isServiceChain(chain);
}
