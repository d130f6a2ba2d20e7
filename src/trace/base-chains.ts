import type { BaseChain, Hook, Ruleset, RuleTable } from '../rules-text/ruleset.ts';

export interface PlacedBaseChain {
  readonly table: RuleTable;
  readonly base: BaseChain;
}

/**
 * The base chains of a hook in the order in which the kernel calls them: by priority, and of the same priority the one
 * made last first (nf_hook_entries_grow). A ruleset has its tables in the order of their making.
 */
export function baseChainsOf(ruleset: Ruleset, hook: Hook): readonly PlacedBaseChain[] {
  const known = ordered.get(ruleset)?.get(hook);
  if (known !== undefined) return known;
  const chains = ruleset.tables
    .flatMap((table) => table.baseChains.map((base) => ({ table, base })))
    .filter(({ base }) => base.hook === hook)
    .reverse()
    .sort((a, b) => a.base.priority - b.base.priority);
  ordered.set(ruleset, new Map(ordered.get(ruleset)).set(hook, chains));
  return chains;
}

const ordered = new WeakMap<Ruleset, Map<Hook, readonly PlacedBaseChain[]>>();
