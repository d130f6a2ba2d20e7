import type { Family } from '../../net/family.ts';
import { builtInChains, type TableName } from '../../rules-text/iptables/iptables-base-chains.ts';
import { readIptablesRule, readIptablesRules } from '../../rules-text/iptables/read-rules.ts';
import { readSaveLines } from '../../rules-text/iptables/save-line.ts';
import type { Rule } from '../../rules-text/rule.ts';
import type { BaseChain, RuleTable } from '../../rules-text/ruleset.ts';
import type { Unread } from '../../trace/walk.ts';
import { forEachAtOnce, listBy } from '../list-by.ts';
import { type LiveTable, listingFailed } from '../live-table.ts';
import { listNftChain } from '../nft/live-nft-tables.ts';
import { notInstalled } from '../tool-words.ts';

/** What iptables-nft makes of a table of nf_tables with the name of one of its own. */
export type IptablesNftTable =
  | { readonly kind: 'table'; readonly live: LiveTable }
  /** It has no rule there and no policy but accept: perhaps the table is not its own. */
  | { readonly kind: 'empty' }
  /** Something in it is not of iptables' making. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'missing' };

/**
 * A table of iptables-nft: read whole, or chain by chain as they are asked for, 5 ms each; to save 330,000 rules takes 6 s.
 * Throws a `LiveRulesError`.
 */
export async function openIptablesNftTable(
  name: TableName,
  family: Family,
  reading: 'whole' | 'by chains',
): Promise<IptablesNftTable> {
  const command = family === 'IPv4' ? 'iptables-nft' : 'ip6tables-nft';
  const version = await listBy(command, ['--version']);
  if (version.kind !== 'printed') return { kind: 'missing' };
  return reading === 'by chains' && listsWithoutChanges(version.text)
    ? openByChains(command, name, family)
    : openWhole(command, name, family);
}

/** Before 1.8.8, to list a chain made the base chains of its table. */
function listsWithoutChanges(version: string): boolean {
  const [, major = 0, minor = 0, patch = 0] = (/ v(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return major * 10_000 + minor * 100 + patch >= 10_808;
}

async function openByChains(command: string, name: TableName, family: Family): Promise<IptablesNftTable> {
  const reader = new ChainReader(command, name, family);
  const bases: BaseChain[] = [];
  const chains = new Map<string, readonly Rule[]>();
  for (const base of builtInChains[name]) {
    const listed = await reader.read(base.name);
    if (listed === 'absent') return { kind: 'foreign' };
    bases.push({ ...base, policy: listed.policy });
    chains.set(base.name, listed.rules);
  }
  const isEmpty =
    bases.every(({ policy }) => policy === 'accept') && [...chains.values()].every((r) => r.length === 0);
  if (isEmpty) return { kind: 'empty' };
  return { kind: 'table', live: new TableByChains(bases, chains, reader) };
}

class TableByChains implements LiveTable {
  readonly table: RuleTable;
  readonly #chains: Map<string, readonly Rule[] | 'absent'>;
  readonly #reader: ChainReader;

  constructor(
    baseChains: readonly BaseChain[],
    chains: ReadonlyMap<string, readonly Rule[]>,
    reader: ChainReader,
  ) {
    this.#chains = new Map(chains);
    this.#reader = reader;
    this.table = {
      name: `iptables-nft ${reader.table}`,
      language: 'iptables',
      baseChains,
      chain: (chain) => this.#chains.get(chain) ?? 'unread',
      set: () => 'absent',
    };
  }

  async read(parts: readonly Unread[]): Promise<void> {
    await forEachAtOnce(parts, chainsAtOnce, async (part) => {
      if (!('chain' in part)) return;
      const listed = await this.#reader.read(part.chain);
      this.#chains.set(part.chain, listed === 'absent' ? await this.#foreignRules(part.chain) : listed.rules);
    });
  }

  /** iptables calls a chain incompatible where it is absent, and where nft has added a rule to it. */
  async #foreignRules(chain: string): Promise<readonly Rule[] | 'absent'> {
    const { table: name, family } = this.#reader;
    const title = { family: family === 'IPv4' ? 'ip' : 'ip6', name } as const;
    return (await listNftChain(title, chain, family)) ?? 'absent';
  }
}

/** More would take no less time on two cores. */
const chainsAtOnce = 2;

interface ListedChain {
  readonly policy: BaseChain['policy'];
  readonly rules: readonly Rule[];
}

class ChainReader {
  readonly #command: string;
  readonly table: TableName;
  readonly family: Family;

  constructor(command: string, table: TableName, family: Family) {
    this.#command = command;
    this.table = table;
    this.family = family;
  }

  async read(chain: string): Promise<ListedChain | 'absent'> {
    const args = ['-t', this.table, '-S', chain];
    const listed = await listBy(this.#command, args);
    if (listed.kind === 'printed') return this.#chainOf(listed.text);
    const said = listed.kind === 'missing' ? notInstalled(this.#command) : listed.said;
    // Of an absent chain iptables 1.8.9 says that it is incompatible.
    if (/No chain\/target\/match by that name|is incompatible/.test(said)) return 'absent';
    throw listingFailed(`${this.#command} ${args.join(' ')}`, said);
  }

  #chainOf(text: string): ListedChain {
    const rules: Rule[] = [];
    let policy: ListedChain['policy'] = 'accept';
    readSaveLines(text, (line) => {
      if (line.kind === 'chain' && line.policy === 'DROP') policy = 'drop';
      else if (line.kind === 'rule') rules.push(readIptablesRule(line.rule, this.family));
    });
    return { policy, rules };
  }
}

async function openWhole(command: string, name: TableName, family: Family): Promise<IptablesNftTable> {
  const listed = await listBy(`${command}-save`, ['-t', name]);
  if (listed.kind === 'missing') return { kind: 'missing' };
  if (listed.kind !== 'printed') throw listingFailed(`${command}-save -t ${name}`, listed.said);
  const [table] = readIptablesRules(listed.text, { family, variant: 'nft' });
  return table === undefined ? { kind: 'foreign' } : { kind: 'table', live: wholeTable(table) };
}

/** A table of which nothing is left to be read. */
export function wholeTable(table: RuleTable): LiveTable {
  return { table, read: () => Promise.resolve() };
}
