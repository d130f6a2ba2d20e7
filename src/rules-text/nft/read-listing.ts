import type { Family } from '../../net/family.ts';
import { indexText } from './index-text.ts';
import { isIptablesTable } from './iptables-table.ts';
import { indexJson } from './json/index-json.ts';
import type { ListedTable, TableFamily } from './listed-parts.ts';
import { type LeftOut, ListedNftTable, type NftTable } from './nft-table.ts';

export type { NftTable } from './nft-table.ts';

export interface ReadNftOptions extends LeftOut {
  /** The tables of iptables-nft to be read, by their names; all where absent. iptables-nft-save shows more of them. */
  readonly ofIptablesNft?: ReadonlySet<string>;
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
    .filter((table) => options.ofIptablesNft?.has(table.name) !== false || !isIptablesTable(table))
    .map((table) => new ListedNftTable(table, family, options));
}

/** The tables of IP in a listing, be it text or JSON. */
function indexListing(text: string, family: Family): readonly ListedTable[] {
  return text.trimStart().startsWith('{') ? indexJson(text, family) : indexText(text, family);
}

const familiesOf: Readonly<Record<Family, readonly TableFamily[]>> = {
  IPv4: ['ip', 'inet'],
  IPv6: ['ip6', 'inet'],
};
