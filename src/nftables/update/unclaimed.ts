import { type ChainName, type ClientSetName, type FixedSet, fixedSets } from '../names.ts';
import type { Data, Key, Rule } from '../table/table.ts';

/** What stands in the table and is not known to belong to any Service. What none claims has to go, or to be kept. */
export interface Unclaimed {
  readonly elements: Readonly<Record<FixedSet, Map<Key, Data>>>;
  readonly chains: Map<ChainName, readonly Rule[]>;
  readonly clientSets: Set<ClientSetName>;
}

export function nothingUnclaimed(): Unclaimed {
  const entries = fixedSets.map((set) => [set, new Map<Key, Data>()]);
  return { elements: Object.fromEntries(entries), chains: new Map(), clientSets: new Set() };
}
