import { canonicalRule, ruleTarget } from './canonical-rule.ts';
import { type ChainName, isServiceChain } from './chain-names.ts';
import { type DesiredRules, isDispatchChain } from './desired-rules.ts';
import { jumpsOf, tableChains } from './render-rules.ts';
import type { SavedTables } from './saved-rules.ts';
import type { TableName } from './skeleton.ts';

/** A chain that a sync would change: its rules now and afterwards. `undefined` where there is no such chain. */
export interface ChainDifference {
  readonly table: TableName;
  readonly chain: ChainName;
  readonly live: readonly string[] | undefined;
  readonly wanted: readonly string[] | undefined;
}

/**
 * What a sync would change, chain by chain. Rules that differ only in comments and counters are the same, and
 * among Services the order of a dispatch chain's rules has no meaning. Chains of other programs do not count.
 */
export function ruleDifference(saved: SavedTables, desired: DesiredRules): readonly ChainDifference[] {
  return (['mangle', 'filter', 'nat'] as const).flatMap((table) => {
    const live = saved.get(table) ?? new Map<ChainName, readonly string[]>();
    const wanted = tableChains(table, desired);
    const names = new Set([
      ...wanted.keys(),
      ...[...live.keys()].filter((name) => table === 'nat' && isServiceChain(name)),
    ]);
    return [
      ...jumpDifferences(table, live, desired),
      ...[...names].flatMap(
        (chain) => chainDifference(table, chain, live.get(chain), wanted.get(chain)) ?? [],
      ),
    ];
  });
}

function chainDifference(
  table: TableName,
  chain: ChainName,
  live: readonly string[] | undefined,
  wanted: readonly string[] | undefined,
): ChainDifference | undefined {
  if (live === undefined || wanted === undefined) return { table, chain, live, wanted };
  if (wanted.length === 0 && !isDispatchChain(table, chain)) return undefined;
  const aligned = inTheirWords(live, wanted);
  const arranged = isDispatchChain(table, chain) ? inTheirOrder(aligned, wanted) : aligned;
  if (arranged.length === wanted.length && arranged.every((rule, index) => rule === wanted[index]))
    return undefined;
  return { table, chain, live: arranged, wanted };
}

/** Writes the rules that both sides have as the other side does, so that only real differences are left. */
function inTheirWords(live: readonly string[], wanted: readonly string[]): readonly string[] {
  const wording = new Map(wanted.map((rule) => [canonicalRule(rule), rule]));
  return live.map((rule) => wording.get(canonicalRule(rule)) ?? rule);
}

/** Puts the rules that both sides have into the other side's order, except the last ones, whose place counts. */
function inTheirOrder(live: readonly string[], wanted: readonly string[]): readonly string[] {
  const place = new Map(wanted.map((rule, index) => [rule, index]));
  const tail = live.findIndex((rule) => ruleTarget(rule) === 'KUBE-NODEPORTS');
  const split = tail === -1 ? live.length : tail;
  const sorted = live
    .slice(0, split)
    .toSorted((a, b) => (place.get(a) ?? wanted.length) - (place.get(b) ?? wanted.length));
  return [...sorted, ...live.slice(split)];
}

/** A base chain differs by the jumps that it lacks; whatever else stands in it belongs to others. */
function jumpDifferences(
  table: TableName,
  live: ReadonlyMap<ChainName, readonly string[]>,
  desired: DesiredRules,
): readonly ChainDifference[] {
  const missing = jumpsOf(table, desired).filter(
    ({ from, target }) => !(live.get(from) ?? []).some((rule) => ruleTarget(rule) === target),
  );
  return [...new Set(missing.map(({ from }) => from))].map((from) => {
    const rules = live.get(from) ?? [];
    const added = missing.filter((jump) => jump.from === from).map(({ rule }) => rule);
    return { table, chain: from, live: rules, wanted: [...added, ...rules] };
  });
}
