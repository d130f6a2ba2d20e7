import type { Family } from '../../net/family.ts';
import { builtInChains, isTableName, type TableName } from './iptables-base-chains.ts';
import type { IptablesVariant } from './iptables-variants.ts';
import { readListingHeader } from './listing-header.ts';
import { SavedRulesError } from './saved-rules-error.ts';

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

/** Lines that follow one another and are all rules of one chain: mostly all that it has. */
export interface Run {
  readonly start: number;
  readonly end: number;
}

/** Finds the lines of every chain in one pass, and reads none of them. Throws a `SavedRulesError`. */
export function indexSave(text: string, family: Family): readonly SavedTable[] {
  const index = new SaveIndex(text, family);
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    if (end > start) index.addLine(start, end);
    start = end + 1;
  }
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
  /** That of the line before. */
  #chain: OpenChain | undefined;
  #block = 0;
  #variant: IptablesVariant | undefined;
  #skips = false;

  constructor(text: string, family: Family) {
    this.#text = text;
    this.#family = family;
  }

  /** Takes the lines in order, without the empty ones. */
  addLine(start: number, end: number): void {
    const first = this.#text[start];
    if (first === '#') this.#readRemark(start, end);
    else if (this.#skips) return;
    else if (first === '-') this.#addRule(start, start, end);
    else if (first === '[') this.#addRule(start, this.#text.indexOf('] ', start) + 2, end);
    else if (first === ':') this.#declareChain(start, this.#text.slice(start + 1, end));
    else if (first === '*') this.#openTable(start, this.#text.slice(start + 1, end).trimEnd());
    else this.#readOther(start, this.#text.slice(start, end).trim());
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

  #addRule(line: number, start: number, end: number): void {
    const table = this.#openedTable(line);
    if (!this.#text.startsWith('-A ', start)) {
      this.#readCommand(line, this.#text.slice(start, end).trimEnd());
      return;
    }
    const chain = this.#sameChain(start + 3, end) ?? this.#chainAt(table, start + 3, end);
    const last = chain === this.#chain ? chain.runs?.at(-1) : undefined;
    if (last?.end === line - 1) last.end = end;
    else this.#addRun(chain, { start: line, end, block: this.#block });
    this.#chain = chain;
  }

  /** A large save has 100,000 chains of one run: an array of its own size takes an eighth of one that grows. */
  #addRun(chain: OpenChain, run: OpenRun): void {
    if (chain.runs === undefined) chain.runs = [run];
    else chain.runs.push(run);
  }

  /** The chain of the line before, where this one names it too: no piece of text is made then. */
  #sameChain(start: number, end: number): OpenChain | undefined {
    const chain = this.#chain;
    if (chain === undefined || !this.#text.startsWith(chain.name, start)) return undefined;
    const after = start + chain.name.length;
    return after >= end || this.#text[after] === ' ' ? chain : undefined;
  }

  #chainAt(table: OpenTable, start: number, end: number): OpenChain {
    const blank = this.#text.indexOf(' ', start);
    return this.#chainOf(table, this.#text.slice(start, blank === -1 || blank > end ? end : blank).trimEnd());
  }

  #chainOf(table: OpenTable, name: string): OpenChain {
    const known = table.chains.get(name);
    if (known !== undefined) return known;
    const chain = { name, policy: undefined, runs: undefined };
    table.chains.set(name, chain);
    return chain;
  }

  /** `CHAIN POLICY [packets:bytes]`. To declare a chain of one's own again empties it (iptables-restore --noflush). */
  #declareChain(line: number, declaration: string): void {
    const table = this.#openedTable(line);
    const blank = declaration.indexOf(' ');
    const chain = this.#chainOf(table, blank === -1 ? declaration.trimEnd() : declaration.slice(0, blank));
    chain.policy = declaration.startsWith(' - ', blank) ? '-' : (declaration.trimEnd().split(' ')[1] ?? '-');
    if (chain.runs !== undefined && !isBuiltIn(table, chain.name))
      chain.runs = chain.runs.filter(({ block }) => block === this.#block);
    this.#chain = undefined;
  }

  #openTable(line: number, name: string): void {
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

  #openedTable(line: number): OpenTable {
    return (
      this.#table ??
      this.#fail(line, 'no line *TABLE before it: iptables-save prints those, iptables -S does not')
    );
  }

  /** A text may hold several saves: of both families, of both variants. */
  #readRemark(start: number, end: number): void {
    const header = this.#table === undefined && readListingHeader(this.#text.slice(start, end));
    if (!header) return;
    this.#variant = header.variant;
    this.#skips = header.family !== undefined && header.family !== this.#family;
  }

  #readCommand(line: number, command: string): void {
    const [option, ...words] = command.split(' ');
    if (option !== '-N' && option !== '-P')
      this.#fail(line, `"${command}": a save has rules as -A CHAIN only`);
    this.#declareChain(line, words.join(' '));
  }

  #readOther(line: number, text: string): void {
    if (text === '') return;
    if (text !== 'COMMIT') this.#fail(line, `"${text.slice(0, 60)}" is no line of iptables-save`);
    this.#openedTable(line);
    this.#table = undefined;
  }

  #fail(position: number, problem: string): never {
    throw new SavedRulesError(this.#text.slice(0, position).split('\n').length, problem);
  }
}

function isBuiltIn(table: SavedTable, chain: string): boolean {
  return builtInChains[table.name].some(({ name }) => name === chain);
}
