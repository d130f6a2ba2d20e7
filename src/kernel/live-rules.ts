import type { Family } from '../net/family.ts';
import { isTableName } from '../rules-text/iptables/iptables-base-chains.ts';
import type { Ruleset } from '../rules-text/ruleset.ts';
import type { Unread } from '../trace/walk.ts';
import { openLegacyTables } from './iptables/live-legacy-tables.ts';
import { openIptablesNftTable } from './iptables/live-nft-variant-table.ts';
import type { LiveTable } from './live-table.ts';
import { isBareTable } from './netlink/nf-tables/bare-table.ts';
import { generation, hasSets, type NftTitle } from './netlink/nf-tables/requests.ts';
import { nftTitles, openNftTable } from './nft/live-nft-tables.ts';

export { LiveRulesError } from './live-table.ts';

/**
 * The rules in force on this machine, in its network namespace, for packets of one family: those of iptables-legacy,
 * iptables-nft and nftables together. Chains and elements are read as they are asked for. Reading changes nothing.
 */
export interface LiveRules {
  /** The same object always; what `read` brought is in it. */
  readonly ruleset: Ruleset;
  /** Reads what a walk came to that has not been read. Throws a `LiveRulesError`. */
  read(unread: readonly Unread[]): Promise<void>;
  /** Whether somebody has changed tables of nftables or iptables-nft since; false where nobody knows. */
  haveChanged(): Promise<boolean>;
}

/**
 * Looks which tables there are and reads their base chains. The oldest tables come first, as nft lists them; the kernel
 * does not say when those of iptables-legacy were made, and they come before the others. Throws a `LiveRulesError`.
 */
export async function openLiveRules(family: Family): Promise<LiveRules> {
  const opened = await generation();
  const [legacy, nft] = await Promise.all([openLegacyTables(family), openNftTables(family)]);
  const tables = [...legacy, ...nft];
  return {
    ruleset: { family, tables: tables.map(({ table }) => table) },
    async read(unread) {
      const byTable = Map.groupBy(unread, ({ table }) => table);
      await Promise.all(tables.map((live) => live.read(byTable.get(live.table.name) ?? [])));
    },
    haveChanged: async () => (await generation()) !== opened,
  };
}

async function openNftTables(family: Family): Promise<readonly LiveTable[]> {
  const titles = await nftTitles(family);
  const tables = await Promise.all(titles.map((title) => openTable(title, family)));
  return tables.filter((table) => table !== undefined);
}

/** nft lists the tables of iptables-nft too, but not what their matches and targets say. */
async function openTable(title: NftTitle, family: Family): Promise<LiveTable | undefined> {
  const { name } = title;
  if (title.family === 'inet' || !isTableName(name)) return openNftTable(title, family);
  // iptables-nft makes no sets, and lists rules that use one without that part of them; to save them it refuses.
  const sets = await hasSets(title);
  if (sets) return openNftTable(title, family);
  const opened = await openIptablesNftTable(name, family, sets === undefined ? 'whole' : 'by chains');
  if (opened.kind === 'table') return opened.live;
  if (opened.kind === 'empty' && (await isBareTable(name, family))) return undefined;
  return openNftTable(title, family);
}
