import { canonicalRule } from '../../iptables/canonical-rule.ts';
import type { ChainName } from '../../iptables/chain-names.ts';
import { isDispatchChain } from '../../iptables/desired-rules.ts';
import type { SavedTables } from '../../iptables/saved-rules.ts';
import type { TableName } from '../../iptables/skeleton.ts';
import type { Family } from '../../net/family.ts';
import { ruleTarget } from '../../rules-text/iptables/rule-options.ts';
import { ruleAppended } from '../../rules-text/iptables/save-text.ts';
import type { Difference } from './difference.ts';

/**
 * The proxy's chains that differ. Comments, counters and the order of Services in a dispatch chain are ignored, as are
 * chains of other programs; of base chains only the jumps to the proxy's chains are compared.
 */
export function* savedDifference(
  family: Family,
  before: SavedTables,
  after: SavedTables,
): Iterable<Difference> {
  for (const table of ['mangle', 'filter', 'nat'] as const) {
    const left = before.get(table) ?? noChains;
    const right = after.get(table) ?? noChains;
    for (const name of new Set([...baseChainsOf(right), ...right.keys(), ...left.keys()])) {
      const difference = chainDifference(table, name, proxyRules(name, left), proxyRules(name, right));
      if (difference === undefined) continue;
      const lines = (rules: readonly string[] | undefined) =>
        rules?.map((rule) => ruleAppended(name, rule).trimEnd());
      yield {
        family,
        part: { kind: 'chain', table, name },
        before: lines(difference.before),
        after: lines(difference.after),
      };
    }
  }
}

type Chains = ReadonlyMap<ChainName, readonly string[]>;
const noChains: Chains = new Map();

function baseChainsOf(chains: Chains): readonly ChainName[] {
  return [...chains.keys()].filter((name) => !isOfProxy(name));
}

function isOfProxy(chain: string): boolean {
  return chain.startsWith('KUBE-');
}

/** The rules of a chain that are compared; `undefined` where there are none. */
function proxyRules(name: ChainName, chains: Chains): readonly string[] | undefined {
  const rules = chains.get(name);
  if (isOfProxy(name)) return rules;
  const jumps = (rules ?? []).filter((rule) => isOfProxy(ruleTarget(rule)));
  return jumps.length === 0 ? undefined : jumps;
}

function chainDifference(
  table: TableName,
  chain: ChainName,
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
): Pick<Difference, 'before' | 'after'> | undefined {
  if (before === undefined || after === undefined) return before === after ? undefined : { before, after };
  const aligned = asOthersWrite(before, after);
  const arranged = isDispatchChain(table, chain) ? inOrderOfOthers(aligned, after) : aligned;
  const same = arranged.length === after.length && arranged.every((rule, index) => rule === after[index]);
  return same ? undefined : { before: arranged, after };
}

/** Writes rules that both sides have the way the other side writes them, so that only real differences remain. */
function asOthersWrite(rules: readonly string[], others: readonly string[]): readonly string[] {
  const wording = new Map(others.map((rule) => [canonicalRule(rule), rule]));
  return rules.map((rule) => wording.get(canonicalRule(rule)) ?? rule);
}

/**
 * Puts the rules that both sides have into the other side's order. Rules that lead to node ports stay last; their own
 * order does not matter, as they all lead to the same chain.
 */
function inOrderOfOthers(rules: readonly string[], others: readonly string[]): readonly string[] {
  const place = new Map(others.map((rule, index) => [rule, index]));
  const arranged = (some: readonly string[]) =>
    some.toSorted((a, b) => (place.get(a) ?? others.length) - (place.get(b) ?? others.length));
  const first = rules.findIndex(leadsToNodePorts);
  const split = first === -1 ? rules.length : first;
  const last = rules.slice(split);
  return [...arranged(rules.slice(0, split)), ...(last.every(leadsToNodePorts) ? arranged(last) : last)];
}

function leadsToNodePorts(rule: string): boolean {
  return ruleTarget(rule) === 'KUBE-NODEPORTS';
}
