import type { NftListing, NftListings } from '../../kernel/nft/nft-listings.ts';
import type { Finding } from '../check.ts';
import { count, few } from './few.ts';

/**
 * Tables at which this node's nft dies, since another version of nft wrote them: kubernetes issues 136786 and 140898 tell of
 * nodes whose firewall died so.
 */
export function judgeNftVersions(listings: NftListings | undefined): readonly Finding[] {
  if (listings === undefined) return [];
  const { version, tables } = listings;
  const findings = tables.flatMap((table) => crashFinding(table, version));
  if (findings.length > 0 || tables.length === 0) return findings;
  const titles = tables.map(titleOf);
  return [
    {
      severity: 'ok',
      looked: `nft ${version}; ${count(tables.length, 'table')} (${few(titles)})`,
      finding: 'nft lists all tables',
    },
  ];
}

function crashFinding(table: NftListing, version: string): readonly Finding[] {
  const { crash, writtenBy } = table;
  if (crash === undefined) return [];
  const writer = writtenBy === undefined ? 'another version' : `nft ${writtenBy}`;
  return [
    {
      severity: 'warning',
      looked: `nft ${version}, list table ${titleOf(table)}: ${crash}`,
      finding: `nft ${version} of this node dies of table ${titleOf(table)}, which ${writer} has written: so may every program that uses this nft or its library, a firewall too`,
      next: `have the program that owns ${titleOf(table)} use the node's version of nft, or the node that of the program`,
    },
  ];
}

function titleOf({ family, name }: NftListing): string {
  return `${family} ${name}`;
}
