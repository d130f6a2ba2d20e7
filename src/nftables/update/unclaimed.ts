import { type ChainName, type ClientSetName, type FixedSet, fixedSets } from '../names.ts';
import type { Data, Key, Rule } from '../table/table.ts';

/** Content of the table that no Service has claimed so far. What remains is removed or kept. */
export interface Unclaimed {
  readonly elements: Readonly<Record<FixedSet, Map<Key, Data>>>;
  readonly chains: Map<ChainName, readonly Rule[]>;
  readonly clientSets: Set<ClientSetName>;
}

export function nothingUnclaimed(): Unclaimed {
  const entries = fixedSets.map((set) => [set, new Map<Key, Data>()]);
  return { elements: Object.fromEntries(entries), chains: new Map(), clientSets: new Set() };
}
