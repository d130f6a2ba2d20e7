import { canonicalRule } from '../../../iptables/canonical-rule.ts';
import { type ChainName, isServiceChain } from '../../../iptables/chain-names.ts';
import { isDispatchChain } from '../../../iptables/desired-rules.ts';
import { readSavedTables, type SavedTables } from '../../../iptables/saved-rules.ts';
import { findOption, ruleTarget } from '../../../rules-text/iptables/rule-options.ts';
import { readPolicies } from '../../../rules-text/iptables/save-text.ts';
import type { Affected } from './affected.ts';

/**
 * The frontends that two saves may treat differently. A packet meets base chains, chains that all Services share, the
 * dispatch rules for its destination, and the Service chains that these lead to: where all of them are the same, a
 * frontend is unaffected.
 */
export function affectedBySaves(before: string, after: string): Affected {
  const [left, right] = [readSavedTables(before), readSavedTables(after)];
  const changed = changedChains(left, right);
  if (changed === 'all' || droppingChains(before) !== droppingChains(after)) return 'all';
  const keys = new Set(changed.keys);
  for (const side of [left, right]) for (const key of keysLeadingTo(side, changed.chains)) keys.add(key);
  // A translated packet may have the address of another frontend.
  for (const side of [left, right]) for (const key of keysTranslatedTo(side, keys)) keys.add(key);
  const ports = [...keys].flatMap((key) => (key.startsWith(':') ? [Number(key.slice(1))] : []));
  return { addresses: keys, ports: new Set(ports) };
}

/** An address, or `:port` of a rule that asks for a port of the node. */
type Key = string;

interface ChangedChains {
  /** Of dispatch rules that only one side has. */
  readonly keys: ReadonlySet<Key>;
  /** Service chains in table nat. */
  readonly chains: ReadonlySet<string>;
}

function changedChains(left: SavedTables, right: SavedTables): ChangedChains | 'all' {
  const keys = new Set<Key>();
  const chains = new Set<string>();
  for (const table of new Set([...left.keys(), ...right.keys()])) {
    const [before, after] = [left.get(table), right.get(table)];
    for (const chain of new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])) {
      const [some, others] = [before?.get(chain) ?? [], after?.get(chain) ?? []];
      if (isSame(some, others)) continue;
      if (table === 'nat' && isServiceChain(chain)) chains.add(chain);
      else if (isDispatch(table, chain)) {
        const changed = changedKeys(some, others);
        if (changed === 'all') return 'all';
        for (const key of changed) keys.add(key);
      } else return 'all';
    }
  }
  return { keys, chains };
}

function isDispatch(table: string, chain: ChainName): boolean {
  return (table === 'nat' || table === 'filter') && isDispatchChain(table, chain);
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  return some.every((rule, at) => {
    const other = others[at] ?? '';
    return rule === other || canonicalRule(rule) === canonicalRule(other);
  });
}

/**
 * The destinations whose rules differ. Rules without a destination must come last and be the same, else it is `all`.
 */
function changedKeys(some: readonly string[], others: readonly string[]): ReadonlySet<Key> | 'all' {
  const [left, right] = [rulesByKey(some), rulesByKey(others)];
  if (left === 'all' || right === 'all') return 'all';
  const changed = [...new Set([...left.keys(), ...right.keys()])].filter(
    (key) => !isSame(left.get(key) ?? [], right.get(key) ?? []),
  );
  return changed.includes('') ? 'all' : new Set(changed);
}

function rulesByKey(rules: readonly string[]): ReadonlyMap<Key, readonly string[]> | 'all' {
  const byKey = Map.groupBy(rules, keyOf);
  const general = byKey.get('')?.length ?? 0;
  const isLast = rules.slice(rules.length - general).every((rule) => keyOf(rule) === '');
  return isLast ? byKey : 'all';
}

/** The destination of a rule; empty where other destinations may match it, too. */
function keyOf(rule: string): Key {
  const address = /^(\S+)\/(?:32|128)$/.exec(optionValue(rule, '-d'))?.[1];
  if (address !== undefined) return address;
  const port = optionValue(rule, '--dport');
  return /^\d+$/.test(port) ? `:${port}` : '';
}

/** Empty where the rule has no such option, or asks for the contrary. */
function optionValue(rule: string, name: string): string {
  const option = findOption(rule, name);
  return option === undefined || option.negated ? '' : option.values.join(' ');
}

/** The keys of dispatch rules that lead to one of these chains. */
function keysLeadingTo(side: SavedTables, chains: ReadonlySet<string>): Iterable<Key> {
  if (chains.size === 0) return [];
  return keysWhere(side, (rule, chain) => chains.has(chain) || chains.has(ruleTarget(rule)));
}

/** The keys of dispatch rules that may translate to one of these addresses. */
function keysTranslatedTo(side: SavedTables, keys: ReadonlySet<Key>): Iterable<Key> {
  if (keys.size === 0) return [];
  return keysWhere(side, (rule) => {
    const target = /^\[?([0-9a-f.:]+?)\]?:\d+/.exec(optionValue(rule, '--to-destination'))?.[1];
    return target !== undefined && keys.has(target);
  });
}

function* keysWhere(side: SavedTables, holds: (rule: string, chain: string) => boolean): Iterable<Key> {
  const nat = side.get('nat') ?? new Map<ChainName, readonly string[]>();
  const known = new Map<string, boolean>();
  const reaches = (chain: string): boolean => {
    const answer = known.get(chain);
    if (answer !== undefined) return answer;
    known.set(chain, false);
    const rules = nat.get(chain as ChainName) ?? [];
    const found = rules.some((rule) => holds(rule, chain) || reachesBy(rule));
    known.set(chain, found);
    return found;
  };
  const reachesBy = (rule: string): boolean => {
    const target = ruleTarget(rule);
    return isServiceChain(target) && reaches(target);
  };
  for (const [chain, rules] of nat) {
    if (!isDispatchChain('nat', chain)) continue;
    for (const rule of rules) if (holds(rule, chain) || reachesBy(rule)) yield keyOf(rule);
  }
}

/** The base chains whose policy is not ACCEPT. */
function droppingChains(save: string): string {
  const dropping = [...readPolicies(save)].filter(([, policy]) => policy !== 'ACCEPT');
  return dropping
    .map(([chain]) => chain)
    .sort()
    .join();
}
