import type { Family } from '../../net/family.ts';
import { SavedRulesError } from '../rules-text-error.ts';
import { builtInChains, isTableName, type TableName } from './iptables-base-chains.ts';
import { readSaveLines, type SaveLine } from './save-line.ts';
import { readSaveHeader } from './save-remarks.ts';
import type { IptablesVariant } from './variants.ts';

/** Where the rules of a table stand in the text of a save. */
export interface SavedTable {
  readonly name: TableName;
  /** As the save's own remarks have it; `undefined` where they say nothing. */
  readonly variant: IptablesVariant | undefined;
  readonly chains: ReadonlyMap<string, SavedChain>;
}

export interface SavedChain {
  /** As declared: `ACCEPT`, `DROP`, or `-` for chains without; `undefined` where nothing declares the chain. */
  readonly policy: string | undefined;
  /** `undefined` where the chain has no rules. */
  readonly runs: readonly Run[] | undefined;
}

/** Lines that follow one another, of which all rules are of one chain: mostly all that it has. */
export interface Run {
  readonly start: number;
  readonly end: number;
}

/** Finds the lines of every chain in one pass, and reads none of them. Throws a `SavedRulesError`. */
export function indexSave(text: string, family: Family): readonly SavedTable[] {
  const index = new SaveIndex(text, family);
  readSaveLines(text, (line) => index.add(line));
  return index.finish();
}

interface OpenTable extends SavedTable {
  readonly chains: Map<string, OpenChain>;
}

interface OpenChain extends SavedChain {
  readonly name: string;
  policy: string | undefined;
  runs: OpenRun[] | undefined;
}

interface OpenRun extends Run {
  end: number;
  /** Which `*table … COMMIT` it stands in, counted from 1. */
  readonly block: number;
}

class SaveIndex {
  readonly #text: string;
  readonly #family: Family;
  readonly #tables: OpenTable[] = [];
  /** Between `*` and COMMIT. */
  #table: OpenTable | undefined;
  /** That of the rule before, where nothing but remarks came between. */
  #chain: OpenChain | undefined;
  #block = 0;
  #variant: IptablesVariant | undefined;
  #skips = false;

  constructor(text: string, family: Family) {
    this.#text = text;
    this.#family = family;
  }

  /** Takes the lines in order, without the empty ones. */
  add(line: SaveLine): void {
    if (line.kind === 'remark') this.#readRemark(line);
    else if (this.#skips) return;
    else if (line.kind === 'rule') this.#addRule(line);
    else if (line.kind === 'chain') this.#declareChain(line);
    else if (line.kind === 'table') this.#openTable(line);
    else if (line.kind === 'commit') this.#closeTable(line);
    else if (line.kind === 'command' || line.kind === 'insertion')
      this.#fail(line.start, `"${line.text}": a save has rules as -A CHAIN only`);
    else this.#fail(line.start, `"${line.text.slice(0, 60)}" is no line of iptables-save`);
  }

  finish(): readonly SavedTable[] {
    if (this.#table !== undefined)
      this.#fail(this.#text.length, `table ${this.#table.name} has no COMMIT; the save is cut off`);
    for (const table of this.#tables) {
      for (const { name, policy, runs } of table.chains.values()) {
        if (policy === undefined && !isBuiltIn(table, name))
          this.#fail(
            runs?.[0]?.start ?? 0,
            `a rule of chain ${name}, which table ${table.name} does not have`,
          );
      }
    }
    return this.#tables;
  }

  #addRule(line: SaveLine): void {
    const table = this.#openedTable(line);
    // Mostly the chain of the line before: no piece of text is made then.
    const before = this.#chain;
    const chain =
      before !== undefined && line.isNamed(before.name) ? before : this.#chainOf(table, line.name);
    const last = chain === before ? chain.runs?.at(-1) : undefined;
    if (last !== undefined) last.end = line.end;
    else this.#addRun(chain, { start: line.start, end: line.end, block: this.#block });
    this.#chain = chain;
  }

  /** A large save has 100,000 chains of one run: an array of its own size takes an eighth of one that grows. */
  #addRun(chain: OpenChain, run: OpenRun): void {
    if (chain.runs === undefined) chain.runs = [run];
    else chain.runs.push(run);
  }

  #chainOf(table: OpenTable, name: string): OpenChain {
    const known = table.chains.get(name);
    if (known !== undefined) return known;
    const chain = { name, policy: undefined, runs: undefined };
    table.chains.set(name, chain);
    return chain;
  }

  /** `CHAIN POLICY [packets:bytes]`. To declare a chain of one's own again empties it (iptables-restore --noflush). */
  #declareChain(line: SaveLine): void {
    const table = this.#openedTable(line);
    const chain = this.#chainOf(table, line.name);
    chain.policy = line.policy;
    if (chain.runs !== undefined && !isBuiltIn(table, chain.name))
      chain.runs = chain.runs.filter(({ block }) => block === this.#block);
    this.#chain = undefined;
  }

  #openTable({ start: line, name }: SaveLine): void {
    if (this.#table !== undefined)
      this.#fail(line, `table ${this.#table.name} has no COMMIT before *${name}`);
    if (!isTableName(name))
      this.#fail(
        line,
        `*${name} is no table of iptables; those are ${Object.keys(builtInChains).join(', ')}`,
      );
    const known = this.#tables.find((table) => table.name === name && table.variant === this.#variant);
    this.#table = known ?? { name, variant: this.#variant, chains: new Map() };
    if (known === undefined) this.#tables.push(this.#table);
    this.#block += 1;
    this.#chain = undefined;
  }

  #closeTable(line: SaveLine): void {
    this.#openedTable(line);
    this.#table = undefined;
  }

  #openedTable({ start }: SaveLine): OpenTable {
    return (
      this.#table ??
      this.#fail(start, 'no line *TABLE before it: iptables-save prints those, iptables -S does not')
    );
  }

  /** A text may hold several saves: of both families, of both variants. */
  #readRemark(line: SaveLine): void {
    const header = this.#table === undefined && readSaveHeader(line.text);
    if (!header) return;
    this.#variant = header.variant;
    this.#skips = header.family !== undefined && header.family !== this.#family;
  }

  #fail(position: number, problem: string): never {
    throw new SavedRulesError(this.#text.slice(0, position).split('\n').length, problem);
  }
}

function isBuiltIn(table: SavedTable, chain: string): boolean {
  return builtInChains[table.name].some(({ name }) => name === chain);
}
