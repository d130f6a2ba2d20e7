import type { Family } from '../../net/family.ts';
import { indexListing } from './index-listing.ts';
import { isIptablesTable } from './iptables-table.ts';
import type { TableFamily } from './listed-rules.ts';
import { type LeftOut, ListedNftTable, type NftTable } from './nft-table.ts';

export { NotAListing } from './listed-rules.ts';
export type { NftTable } from './nft-table.ts';

export interface ReadNftOptions extends LeftOut {
  /** Leaves out the tables that iptables-nft made: iptables-nft-save shows more of them. */
  readonly without?: 'iptables-nft';
}

/**
 * Reads what `nft list ruleset` or `nft list table` prints, as text or JSON, with whatever flags: the tables that packets of
 * the family pass. Rules and elements are read as they are asked for; what has no known form in them is `unknown`, with
 * its text. Throws `NotAListing` where the text is none.
 */
export function readNftListing(
  text: string,
  family: Family,
  options: ReadNftOptions = {},
): readonly NftTable[] {
  return indexListing(text, family)
    .filter((table) => familiesOf[family].includes(table.family))
    .filter((table) => options.without !== 'iptables-nft' || !isIptablesTable(table))
    .map((table) => new ListedNftTable(table, family, options));
}

const familiesOf: Readonly<Record<Family, readonly TableFamily[]>> = {
  IPv4: ['ip', 'inet'],
  IPv6: ['ip6', 'inet'],
};
