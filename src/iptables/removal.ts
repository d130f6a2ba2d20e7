import { ruleTarget } from '../rules-text/iptables/rule-options.ts';
import { chainDeclared, chainDeleted, ruleDeleted, tableSection } from '../rules-text/iptables/save-text.ts';
import { type ChainName, commonChains, isServiceChain } from './chain-names.ts';
import type { SavedTables } from './saved-rules.ts';

/**
 * The input for iptables-restore that removes every chain of Portolan's or kube-proxy's and the jumps to them,
 * and nothing else; empty where there is none. KUBE-FIREWALL stays where the kubelet keeps chains of its own.
 */
export function removalInput(saved: SavedTables): string {
  const own = kubeletIsHere(saved) ? commonChains : new Set([...commonChains, 'KUBE-FIREWALL']);
  return [...saved].map(([table, chains]) => tableRemoval(table, chains, own)).join('');
}

function tableRemoval(
  table: string,
  chains: ReadonlyMap<ChainName, readonly string[]>,
  own: ReadonlySet<string>,
): string {
  const isOwn = (chain: string) => own.has(chain) || isServiceChain(chain);
  const leaving = [...chains.keys()].filter(isOwn);
  const jumps = [...chains]
    .filter(([chain]) => !isOwn(chain))
    .flatMap(([chain, rules]) =>
      rules.filter((rule) => isOwn(ruleTarget(rule))).map((rule) => ruleDeleted(chain, rule)),
    );
  if (leaving.length + jumps.length === 0) return '';
  const emptied = leaving.map((chain) => chainDeclared(chain));
  const deleted = leaving.map(chainDeleted);
  return tableSection(table, [...emptied, ...jumps, ...deleted].join(''));
}

function kubeletIsHere(saved: SavedTables): boolean {
  return [...saved.values()].some((chains) => chains.has('KUBE-KUBELET-CANARY' as ChainName));
}
