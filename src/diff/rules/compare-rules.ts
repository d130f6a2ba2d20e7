import { type PacketCounter, packetCounters } from '../../iptables/iptables-options.ts';
import { readSavedTables, type SavedTables } from '../../iptables/saved-rules.ts';
import { iptablesTool } from '../../kernel/iptables/iptables-tool.ts';
import { detectIptablesVariant } from '../../kernel/iptables/iptables-variant.ts';
import { listByCommand } from '../../kernel/nft/nft-command.ts';
import { openTable } from '../../kernel/open-table.ts';
import { type Family, families } from '../../net/family.ts';
import { tableName } from '../../nftables/names.ts';
import { nftFamily } from '../../nftables/nftables-options.ts';
import { readLiveTable } from '../../nftables/read-live-table.ts';
import { formatTable } from '../../nftables/table/format-table.ts';
import { TableReader } from '../../nftables/table/read-table.ts';
import { emptyTable } from '../../nftables/table/table.ts';
import { UserError } from '../../program/exit-status.ts';
import { desiredFor } from '../../render/desired-rules-of.ts';
import { desiredTable } from '../../render/desired-table.ts';
import type { IptablesVariant } from '../../rules-text/iptables/variants.ts';
import { RulesTextError } from '../../rules-text/rules-text-error.ts';
import { factsOfSide, readNodeAddresses } from '../sides/node-facts-of-side.ts';
import { type ProxyRules, type ProxyTable, proxyRulesOf } from '../sides/read-listings.ts';
import type { FilesSide, ObjectsSide, Side, Sides } from '../sides/sides.ts';
import { afterSync } from './after-sync.ts';
import type { Dialect, Difference } from './difference.ts';
import { listedTable } from './listed-table.ts';
import { savedDifference } from './saved-difference.ts';
import { tableDifferences } from './table-differences.ts';

export interface RulesOptions {
  readonly family: Family | undefined;
  readonly variant: IptablesVariant | undefined;
  /** Further addresses of the node, from `--node-address`. */
  readonly nodeAddresses: readonly string[];
}

/** The result of comparing the rules of one family. */
export interface RulesCompared {
  readonly family: Family;
  /** The dialects that both sides have rules in; where there is none, nothing was compared. */
  readonly common: readonly Dialect[];
  readonly before: readonly Dialect[];
  readonly after: readonly Dialect[];
  readonly differences: readonly Difference[];
}

/** Compares the proxy's rules chain by chain and element by element, in each dialect that both sides have. */
export async function* compareRules(sides: Sides, options: RulesOptions): AsyncIterable<RulesCompared> {
  for (const family of familiesOf(sides, options.family)) {
    const after = dialectsOf(sides.after, family);
    const before = sides.before.kind === 'live' ? after : dialectsOf(sides.before, family);
    const common = after.filter((dialect) => before.includes(dialect));
    const differences: Difference[] = [];
    for (const dialect of common) {
      const left = await rulesBefore(sides, family, dialect, options);
      const right = await rulesOf(sides.after, sides, family, left, options);
      differences.push(...differencesOf(family, left, right));
    }
    yield { family, common, before, after, differences };
  }
}

/** The families that the files of both sides have; without files, both. Throws a `UserError` where there is none. */
export function familiesOf({ before, after }: Sides, only: Family | undefined): readonly Family[] {
  const inFiles = [before, after].flatMap((side) =>
    side.kind === 'files' ? [new Set(side.listings.map(({ family }) => family))] : [],
  );
  const common = families.filter(
    (family) => (only ?? family) === family && inFiles.every((ofSide) => ofSide.has(family)),
  );
  if (common.length > 0) return common;
  throw new UserError(
    `${before.name} and ${after.name} have rules of different families; there is nothing to compare`,
  );
}

function dialectsOf(side: FilesSide | ObjectsSide, family: Family): readonly Dialect[] {
  if (side.kind === 'objects') return [side.config.mode === 'nftables' ? 'nft portolan' : 'iptables'];
  return rulesIn(side, family).map(({ dialect }) => dialect);
}

async function rulesBefore(
  sides: Sides,
  family: Family,
  dialect: Dialect,
  options: RulesOptions,
): Promise<ProxyRules> {
  if (sides.before.kind === 'live') return await liveRules(family, dialect, options.variant);
  return await rulesOf(sides.before, sides, family, noRules(dialect), options);
}

function noRules(dialect: Dialect): ProxyRules {
  return dialect === 'iptables'
    ? { dialect, saved: new Map() }
    : { dialect, table: emptyTable, form: 'text' };
}

async function liveRules(
  family: Family,
  dialect: Dialect,
  variant: IptablesVariant | undefined,
): Promise<ProxyRules> {
  if (dialect === 'iptables') {
    const chosen = variant ?? (await detectIptablesVariant()).variant;
    const lines = await Array.fromAsync(iptablesTool(family, chosen).save());
    return { dialect, saved: readSavedTables(lines.join('\n')) };
  }
  if (dialect === 'nft portolan') {
    return { dialect, table: await readLiveTable(await openTable(family)), form: 'text' };
  }
  const reader = new TableReader();
  for await (const line of listByCommand(['table', nftFamily(family), 'kube-proxy'])) reader.line(line);
  return { dialect, table: reader.table, form: 'text' };
}

/**
 * The rules of a side. Those of objects keep what is there `before`: slots of endpoints, counters, and chains of
 * others.
 */
async function rulesOf(
  side: Exclude<Side, { kind: 'live' }>,
  sides: Sides,
  family: Family,
  before: ProxyRules,
  { nodeAddresses }: RulesOptions,
): Promise<ProxyRules> {
  if (side.kind === 'files') return listedRules(side, family, before);
  const facts = await factsOfSide(sides.before, side, readNodeAddresses(nodeAddresses));
  if (before.dialect !== 'iptables')
    return {
      dialect: before.dialect,
      table: desiredTable(family, side.loaded, side.config, facts, before.table),
      form: 'text',
    };
  const counters = { ...facts, packetCounters: countersIn(before.saved) };
  const desired = desiredFor(family, side.loaded, side.config, counters);
  return { dialect: 'iptables', saved: afterSync(before.saved, desired) };
}

function listedRules(side: FilesSide, family: Family, { dialect }: ProxyRules): ProxyRules {
  return rulesIn(side, family).find((found) => found.dialect === dialect) ?? noRules(dialect);
}

function rulesIn({ name, listings }: FilesSide, family: Family): readonly ProxyRules[] {
  try {
    return listings.filter((listing) => listing.family === family).flatMap(proxyRulesOf);
  } catch (error) {
    if (error instanceof RulesTextError) throw new UserError(`${name}: ${error.message}`);
    throw error;
  }
}

/** Counters do not affect packets: they are compared only where both sides have them. */
function countersIn(saved: SavedTables): ReadonlySet<PacketCounter> {
  const rules = ['filter', 'nat'].flatMap((table) => [...(saved.get(table)?.values() ?? [])]);
  return new Set(
    packetCounters.filter((name) => rules.some((chain) => chain.some((rule) => rule.includes(name)))),
  );
}

function differencesOf(family: Family, before: ProxyRules, after: ProxyRules): Iterable<Difference> {
  if (before.dialect === 'iptables' && after.dialect === 'iptables')
    return savedDifference(family, before.saved, after.saved);
  if (before.dialect === 'iptables' || after.dialect === 'iptables') return [];
  const [left, right] =
    before.form === after.form
      ? [before, after]
      : [before, after].map((rules) => inCommonForm(rules, family));
  return left === undefined || right === undefined
    ? []
    : tableDifferences(family, before.dialect, left.table, right.table);
}

function inCommonForm(rules: ProxyTable, family: Family): ProxyTable {
  if (rules.form === 'common') return rules;
  const text = [...formatTable(rules.table, { family })].join('');
  return { ...rules, table: listedTable(text, family, tableName) ?? emptyTable, form: 'common' };
}
