import { hash } from 'node:crypto';
import { readSaveLines, SaveLine } from '../rules-text/iptables/save-line.ts';
import { canonicalRule } from './canonical-rule.ts';
import { type ChainName, isServiceChain } from './chain-names.ts';

/** Chains and their rules as iptables-save printed them, table by table. */
export type SavedTables = ReadonlyMap<string, ReadonlyMap<ChainName, readonly string[]>>;

/** What a full sync needs to know of the rules in force, in little memory. */
export interface LiveRules {
  /** Every chain but those of service ports. */
  readonly tables: SavedTables;
  /** The chains of service ports in table nat, each with the digest of its rules. */
  readonly serviceChains: ReadonlyMap<ChainName, string>;
}

/** All of iptables-save's output. */
export function readSavedTables(text: string): SavedTables {
  const tables = new Map<string, Map<ChainName, string[]>>();
  let chains = new Map<ChainName, string[]>();
  readSaveLines(text, (line) => {
    if (line.kind === 'table') chains = chainsOf(tables, line.name);
    else takeLine(chains, line);
  });
  return tables;
}

/** Reads iptables-save's output line by line, and keeps only digests of service chains: those can be 100,000. */
export async function readLiveRules(lines: AsyncIterable<string>): Promise<LiveRules> {
  const tables = new Map<string, Map<ChainName, string[]>>();
  const digests = new ChainDigests();
  let [chains, isNat] = [new Map<ChainName, string[]>(), false];
  const line = new SaveLine();
  for await (const text of lines) {
    line.read(text);
    if (line.kind === 'table') {
      chains = chainsOf(tables, line.name);
      isNat = line.isNamed('nat');
    } else if (isNat && isOfServiceChain(line)) digests.add(line);
    else takeLine(chains, line);
  }
  return { tables, serviceChains: digests.finish() };
}

function chainsOf<Chains>(
  tables: Map<string, Map<ChainName, Chains>>,
  table: string,
): Map<ChainName, Chains> {
  const chains = tables.get(table) ?? new Map<ChainName, Chains>();
  tables.set(table, chains);
  return chains;
}

function takeLine(chains: Map<ChainName, string[]>, line: SaveLine): void {
  if (line.kind === 'chain') chains.set(line.name as ChainName, []);
  else if (line.kind === 'rule') appendTo(chains, line.name as ChainName, line.specification);
}

function isOfServiceChain(line: SaveLine): boolean {
  return (line.kind === 'chain' || line.kind === 'rule') && isServiceChain(line.name as ChainName);
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

  add(line: SaveLine): void {
    const chain = line.name as ChainName;
    if (line.kind === 'chain') {
      this.#digests.set(chain, '');
      return;
    }
    if (chain !== this.#chain) this.#finishChain();
    this.#chain = chain;
    this.#rules.push(line.specification);
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
