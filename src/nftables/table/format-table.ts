import { tableText } from '../../rules-text/nft/write/table-text.ts';
import { tableName } from '../names.ts';
import { type NftablesOptions, nftFamily } from '../nftables-options.ts';
import type { Table } from './table.ts';

/**
 * The table as `nft list table` prints and `nft -f` reads it: maps and sets, then chains, in the order of their
 * creation.
 */
export function formatTable(
  { sets, chains, elements }: Table,
  { family }: Pick<NftablesOptions, 'family'>,
): Iterable<string> {
  const filled = Iterator.from(sets.values()).map((set) => ({
    ...set,
    elements: elements.get(set.name) ?? [],
  }));
  return tableText(`${nftFamily(family)} ${tableName}`, filled, chains.values());
}
