import type { Family } from '../../../net/family.ts';
import { nftFamily } from '../../../nftables/nftables-options.ts';
import { readTable } from '../../../nftables/table/read-table.ts';
import { emptyTable, type Table } from '../../../nftables/table/table.ts';
import { tableBlocks } from '../../../rules-text/nft/table-blocks.ts';
import type { ListingText } from '../../../rules-text/split-listing.ts';
import { type Affected, union } from './affected.ts';
import { affectedBySaves } from './by-saves.ts';
import { affectedByTables } from './by-tables.ts';

/** The frontends that two listings of one family may treat differently; `all` where that is not easy to determine. */
export function affectedByListings(
  before: readonly ListingText[],
  after: readonly ListingText[],
  family: Family,
): Affected {
  const [left, right] = [partsOf(before, family), partsOf(after, family)];
  if (left === undefined || right === undefined || left.others !== right.others) return 'all';
  const bySaves = affectedBySaves(left.save, right.save);
  return bySaves === 'all' ? 'all' : union(bySaves, affectedByTables(left.table, right.table));
}

interface Parts {
  readonly save: string;
  /** Portolan's own table. */
  readonly table: Table;
  /** All other tables of nft, as text. */
  readonly others: string;
}

/** `undefined` for a listing as JSON, and where both variants of iptables have rules. */
function partsOf(texts: readonly ListingText[], family: Family): Parts | undefined {
  const saves = texts.filter(({ kind }) => kind === 'iptables-save');
  if (saves.length > 1 || texts.some(({ kind }) => kind === 'nft-json')) return undefined;
  const nft = texts.filter(({ kind }) => kind === 'nft').flatMap(({ text }) => tableBlocks(text));
  const own = nft.find((table) => table.name === 'portolan' && table.family === nftFamily(family));
  return {
    save: saves[0]?.text ?? '',
    table: own === undefined ? emptyTable : readTable(own.text),
    others: nft
      .filter((table) => table !== own)
      .map(({ text }) => text)
      .join('\n'),
  };
}
