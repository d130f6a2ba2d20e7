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
 * The chains of the proxy that differ. Rules that differ only in comments and counters are the same, and among Services
 * the order of a dispatch chain's rules has no meaning. Of base chains only the jumps to the proxy's chains count, and
 * chains of other programs do not.
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

/** What counts of a chain; `undefined` where there is none of it. */
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
  const aligned = inTheirWords(before, after);
  const arranged = isDispatchChain(table, chain) ? inTheirOrder(aligned, after) : aligned;
  const same = arranged.length === after.length && arranged.every((rule, index) => rule === after[index]);
  return same ? undefined : { before: arranged, after };
}

/** Writes the rules that both sides have as the other side does, so that only real differences are left. */
function inTheirWords(rules: readonly string[], others: readonly string[]): readonly string[] {
  const wording = new Map(others.map((rule) => [canonicalRule(rule), rule]));
  return rules.map((rule) => wording.get(canonicalRule(rule)) ?? rule);
}

/**
 * Puts the rules that both sides have into the other side's order. Those that lead to node ports stay behind all others;
 * among themselves their order has no meaning, as they lead to the same.
 */
function inTheirOrder(rules: readonly string[], others: readonly string[]): readonly string[] {
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
