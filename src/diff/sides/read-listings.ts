import { readFile } from 'node:fs/promises';
import { readSavedTables, type SavedTables } from '../../iptables/saved-rules.ts';
import { type Family, families } from '../../net/family.ts';
import { readTable } from '../../nftables/table/read-table.ts';
import type { Table } from '../../nftables/table/table.ts';
import { UserError } from '../../program/exit-status.ts';
import { requireWholeSave, savedFamily } from '../../rules-text/iptables/save-remarks.ts';
import { tableBlock, tableBlocks } from '../../rules-text/nft/table-blocks.ts';
import { RulesTextError } from '../../rules-text/rules-text-error.ts';
import { type ListingText, splitListing } from '../../rules-text/split-listing.ts';
import type { Dialect } from '../rules/difference.ts';
import { listedTable } from '../rules/listed-table.ts';

/** The listings of one family, as the tools print them. */
export interface Listing {
  readonly family: Family;
  readonly texts: readonly ListingText[];
}

/** The rules of one proxy, to be compared line by line. */
export type ProxyRules = { readonly dialect: 'iptables'; readonly saved: SavedTables } | ProxyTable;

export interface ProxyTable {
  readonly dialect: Exclude<Dialect, 'iptables'>;
  readonly table: Table;
  /** `common` is the form that text and JSON have in common; see `listedTable`. */
  readonly form: 'text' | 'common';
}

/** Reads what iptables-save, ip6tables-save and nft printed into files. Throws a `UserError` that names the file. */
export async function readListings(
  option: string,
  paths: readonly string[],
  only: Family | undefined,
): Promise<readonly Listing[]> {
  const found = new Map<Family, ListingText[]>();
  for (const path of paths) {
    const file = `${option} ${path}`;
    const parts = partsWithFamilies(file, await readText(file, path), paths.length === 1 ? only : undefined);
    if (parts.length === 0) throw new UserError(`${file}: holds no table; it must be ${allowed}`);
    for (const { part, families: own } of parts)
      for (const family of own) found.set(family, [...(found.get(family) ?? []), part]);
  }
  const listings = families
    .filter((family) => (only ?? family) === family)
    .map((family) => ({ family, texts: found.get(family) ?? [] }))
    .filter(({ texts }) => texts.length > 0);
  if (listings.length === 0) throw new UserError(`${option} ${paths.join(' ')}: holds no table of ${only}`);
  return listings;
}

const allowed = 'what iptables-save, ip6tables-save, "nft list ruleset" or "nft list table" prints';

async function readText(file: string, path: string): Promise<string> {
  return await readFile(path === '-' ? '/dev/stdin' : path, 'utf8').catch((error: Error) => {
    throw new UserError(`${file}: cannot be read: ${error.message}`);
  });
}

interface PartWithFamilies {
  readonly part: ListingText;
  readonly families: readonly Family[];
}

function partsWithFamilies(
  file: string,
  text: string,
  only: Family | undefined,
): readonly PartWithFamilies[] {
  try {
    return splitListing(text).map((part) => ({ part, families: familiesIn(part, only) }));
  } catch (error) {
    if (error instanceof RulesTextError) throw new UserError(`${file}: ${error.message}`);
    throw error;
  }
}

/** A save is of one family, which its rules reveal where `--family` does not say it. */
function familiesIn(part: ListingText, only: Family | undefined): readonly Family[] {
  if (part.kind === 'iptables-save') return [only ?? savedFamily(part.text)];
  if (part.kind === 'nft-json') return families;
  const ofTables = new Set(tableBlocks(part.text).map(({ family }) => family));
  return families.filter((family) => ofTables.has('inet') || ofTables.has(family === 'IPv4' ? 'ip' : 'ip6'));
}

/** The proxies' rules that a listing holds. Throws a `SavedRulesError` or `NotAListing`. */
export function proxyRulesOf({ family, texts }: Listing): readonly ProxyRules[] {
  return texts.flatMap(({ kind, text }): readonly ProxyRules[] => {
    if (kind === 'iptables-save') {
      requireWholeSave(text, () => false);
      return [{ dialect: 'iptables', saved: readSavedTables(text) }];
    }
    return (['portolan', 'kube-proxy'] as const).flatMap((name): readonly ProxyRules[] => {
      const dialect = `nft ${name}` as const;
      if (kind === 'nft-json') {
        const table = listedTable(text, family, name);
        return table === undefined ? [] : [{ dialect, table, form: 'common' }];
      }
      const block = tableBlock(text, family, name);
      return block === undefined ? [] : [{ dialect, table: readTable(block), form: 'text' }];
    });
  });
}
