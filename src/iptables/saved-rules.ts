import { hash } from 'node:crypto';
import { canonicalRule } from './canonical-rule.ts';
import { type ChainName, isServiceChain } from './chain-names.ts';

/** A line of iptables-save's output that means something. */
export type SavedLine =
  | { readonly kind: 'table'; readonly table: string }
  | { readonly kind: 'chain'; readonly chain: ChainName }
  | { readonly kind: 'rule'; readonly chain: ChainName; readonly rule: string };

/** Chains and their rules as iptables-save printed them, table by table. */
export type SavedTables = ReadonlyMap<string, ReadonlyMap<ChainName, readonly string[]>>;

/** What a full sync needs to know of the rules in force, in little memory. */
export interface LiveRules {
  /** Every chain but those of service ports. */
  readonly tables: SavedTables;
  /** The chains of service ports in table nat, each with the digest of its rules. */
  readonly serviceChains: ReadonlyMap<ChainName, string>;
}

/** Reads one line; `undefined` for comments, blank lines and COMMIT. Counters are left out. */
export function readSavedLine(line: string): SavedLine | undefined {
  switch (line.charAt(0)) {
    case '*':
      return { kind: 'table', table: line.slice(1).trim() };
    case ':':
      return { kind: 'chain', chain: line.slice(1, line.indexOf(' ')) as ChainName };
    case '[':
      return readSavedLine(line.slice(line.indexOf('] ') + 2));
    case '-': {
      const end = line.indexOf(' ', 3);
      if (!line.startsWith('-A ')) return undefined;
      const chain = (end === -1 ? line.slice(3) : line.slice(3, end)) as ChainName;
      return { kind: 'rule', chain, rule: end === -1 ? '' : line.slice(end + 1) };
    }
    default:
      return undefined;
  }
}

/** All of iptables-save's output. */
export function readSavedTables(text: string): SavedTables {
  const tables = new Map<string, Map<ChainName, string[]>>();
  let chains = new Map<ChainName, string[]>();
  for (const line of text.split('\n')) {
    const saved = readSavedLine(line);
    if (saved?.kind === 'table') {
      chains = tables.get(saved.table) ?? new Map();
      tables.set(saved.table, chains);
    }
    if (saved?.kind === 'chain') chains.set(saved.chain, []);
    if (saved?.kind === 'rule') appendTo(chains, saved.chain, saved.rule);
  }
  return tables;
}

/** Reads iptables-save's output line by line, and keeps only digests of service chains: those can be 100,000. */
export async function readLiveRules(lines: AsyncIterable<string>): Promise<LiveRules> {
  const tables = new Map<string, Map<ChainName, string[]>>();
  const digests = new ChainDigests();
  let table = '';
  for await (const line of lines) {
    const saved = readSavedLine(line);
    if (saved === undefined) continue;
    if (saved.kind === 'table') {
      table = saved.table;
      tables.set(table, tables.get(table) ?? new Map());
    } else if (table === 'nat' && isServiceChain(saved.chain)) {
      digests.add(saved.chain, saved.kind === 'rule' ? saved.rule : undefined);
    } else {
      const chains = tables.get(table) ?? new Map<ChainName, string[]>();
      if (saved.kind === 'chain') chains.set(saved.chain, []);
      else appendTo(chains, saved.chain, saved.rule);
    }
  }
  return { tables, serviceChains: digests.finish() };
}

/** The digest of a chain's rules; equal for equal rules, whatever their comments. */
export function chainDigest(rules: readonly string[]): string {
  return rules.length === 0 ? '' : hash('sha256', rules.map(canonicalRule).join('\n'), 'base64url');
}

/** iptables-save prints the rules of a chain one after another, so only the current chain's are held. */
class ChainDigests {
  readonly #digests = new Map<ChainName, string>();
  #chain: ChainName | undefined;
  #rules: string[] = [];

  add(chain: ChainName, rule: string | undefined): void {
    if (rule === undefined) {
      this.#digests.set(chain, '');
      return;
    }
    if (chain !== this.#chain) this.#finishChain();
    this.#chain = chain;
    this.#rules.push(rule);
  }

  finish(): ReadonlyMap<ChainName, string> {
    this.#finishChain();
    return this.#digests;
  }

  #finishChain(): void {
    if (this.#chain !== undefined) this.#digests.set(this.#chain, chainDigest(this.#rules));
    this.#chain = undefined;
    this.#rules = [];
  }
}

function appendTo(chains: Map<ChainName, string[]>, chain: ChainName, rule: string): void {
  const rules = chains.get(chain);
  if (rules === undefined) chains.set(chain, [rule]);
  else rules.push(rule);
}
