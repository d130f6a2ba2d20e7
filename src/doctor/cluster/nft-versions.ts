import type { NftListing, NftListings } from '../../kernel/nft/nft-listings.ts';
import type { Finding } from '../check.ts';
import { count, few } from './few.ts';

/**
 * Tables at which this node's nft crashes, since another version of nft wrote them: kubernetes issues 136786 and 140898 tell of
 * nodes whose firewall crashed so.
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
      finding: `nft ${version} on this node crashes when it lists table ${titleOf(table)}, which ${writer} wrote: any program that uses this nft or its library may crash too, firewalls included`,
      next: `use one version of nft on the node and in the containers that write its tables, here that of ${titleOf(table)}`,
    },
  ];
}

function titleOf({ family, name }: NftListing): string {
  return `${family} ${name}`;
}
