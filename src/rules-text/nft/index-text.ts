import type { Family } from '../../net/family.ts';
import { readBaseChain } from './base-chain.ts';
import { isIpFamily, type ListedTable, NotAListing, type TableFamily } from './listed-rules.ts';
import { depthOf, splitRules } from './rule-lines.ts';
import { declareSet } from './set/declare-set.ts';

/** Finds the tables, chains and sets in what `nft list …` prints. Nothing in them is read yet. Throws `NotAListing`. */
export function indexText(text: string, family: Family): readonly ListedTable[] {
  return new TextIndex(text, family).read();
}

/** What may stand before tables in a file that `nft -f` takes, such as a saved listing. */
const command = /^(?:flush ruleset|(?:add|delete|destroy|flush) table \w+ \S+);?$/;

/** Of `nft -a`, and who owns a table. */
const remark = /(?<=\{)\s+# .*$|\s+# handle \d+$/;

class TextIndex {
  readonly #text: string;
  readonly #family: Family;
  readonly #tables = new Map<string, ListedTable>();
  /** Where the next line begins, and the one that was taken last. */
  #at = 0;
  #lineStart = 0;

  constructor(text: string, family: Family) {
    this.#text = text;
    this.#family = family;
  }

  read(): readonly ListedTable[] {
    let isManaged = false;
    for (let line = this.#nextLine(); line !== undefined; line = this.#nextLine()) {
      if (/^# Warning: table .* managed by iptables-nft/.test(line)) isManaged = true;
      if (line === '' || line.startsWith('#') || command.test(line)) continue;
      const [, family = '', name = '', brace] = /^table (?:(\w+) )?(\S+?)( \{)?$/.exec(line) ?? [];
      if (name === '') throw this.#error(`"${shorten(line)}" is no beginning of a table`);
      const of = family === '' ? 'ip' : family;
      if (isIpFamily(of)) {
        const table = this.#table(of, name);
        if (isManaged) table.hasXtables = true;
        if (brace !== undefined) this.#readTable(table);
      } else if (brace !== undefined) this.#skipBlock(`table ${of} ${name}`);
      isManaged = false;
    }
    return [...this.#tables.values()];
  }

  #table(family: TableFamily, name: string): ListedTable {
    const key = `${family} ${name}`;
    const found = this.#tables.get(key);
    if (found !== undefined) return found;
    const table: ListedTable = {
      family,
      name,
      isDormant: false,
      hasXtables: false,
      chains: new Map(),
      sets: new Map(),
    };
    this.#tables.set(key, table);
    return table;
  }

  #readTable(table: ListedTable): void {
    for (;;) {
      const line = this.#lineWithin(`table ${table.family} ${table.name}`);
      if (line === '}') return;
      const [, kind, name = ''] = /^(chain|set|map) (\S+) \{/.exec(line) ?? [];
      if (kind === 'chain') this.#readChain(table, name, line);
      else if (kind === 'set' || kind === 'map') this.#readSet(table, kind, name, line);
      else if (line.endsWith('{')) this.#skipBlock(line);
      else if (/^flags .*\bdormant\b/.test(line)) table.isDormant = true;
    }
  }

  #readChain(table: ListedTable, name: string, opening: string): void {
    const start = this.#at;
    const end = this.#isClosed(opening) ? start : this.#skipBlock(`chain ${name}`);
    const body = () => this.#text.slice(start, end);
    const hook = /^\s*(?:comment "[^"]*"\s+)?(type [^\n]*)/.exec(
      this.#text.slice(start, Math.min(end, start + 1_000)),
    );
    const base = hook?.[1] === undefined ? undefined : readBaseChain(name, hook[1]);
    if (hook !== null && base === undefined)
      throw this.#error(`"${shorten(hook[1] ?? '')}" is no beginning of a chain`);
    table.chains.set(name, { name, base, rules: () => splitRules(body()) });
  }

  /** Elements may be a hundred thousand lines: their end is looked for at once. */
  #readSet(table: ListedTable, kind: 'set' | 'map', name: string, opening: string): void {
    const properties: string[] = [];
    let [start, end] = [0, 0];
    while (!this.#isClosed(opening)) {
      const line = this.#lineWithin(`${kind} ${name}`);
      if (line === '}') break;
      if (!line.startsWith('elements = {')) {
        properties.push(line);
        continue;
      }
      start = this.#text.indexOf('{', this.#lineStart) + 1;
      end = this.#endOfElements(start, name);
    }
    const declaration = declareSet(kind, name, properties, this.#family);
    table.sets.set(name, { declaration, elements: () => ({ text: this.#text, start, end }) });
  }

  /** The brace that closes elements is the last character of a line, and no comment is. */
  #endOfElements(start: number, name: string): number {
    const closing = /\}[ \t]*(?:\n|$)/g;
    closing.lastIndex = start;
    const found = closing.exec(this.#text);
    if (found === null) throw this.#cutOff(`the elements of ${name}`);
    this.#at = closing.lastIndex;
    return found.index;
  }

  /** Goes on behind the brace that closes a block; gives where its line begins. */
  #skipBlock(what: string): number {
    const closing = this.#isIndentedByNft() ? this.#text.indexOf(closingOfNft, this.#at - 1) : -1;
    if (closing !== -1) {
      this.#at = closing + closingOfNft.length;
      return closing + 1;
    }
    for (let depth = 1; ; ) {
      const line = this.#lineWithin(what);
      depth += line === '}' ? -1 : depthOf(line);
      if (depth === 0) return this.#lineStart;
    }
  }

  /** Whether a block is empty. What stands on one line with its name was not listed by nft. */
  #isClosed(opening: string): boolean {
    if (opening.endsWith(' {')) return false;
    if (/ \{\s*\}$/.test(opening)) return true;
    throw this.#error(`"${shorten(opening)}": nft lists what is in braces on lines of its own`);
  }

  #isIndentedByNft(): boolean {
    return this.#text.startsWith('\t', this.#lineStart) && !this.#text.startsWith('\t\t', this.#lineStart);
  }

  #lineWithin(what: string): string {
    const line = this.#nextLine();
    if (line === undefined) throw this.#cutOff(shorten(what));
    return line;
  }

  /** The next line without what is around it, and without remarks. */
  #nextLine(): string | undefined {
    if (this.#at >= this.#text.length) return undefined;
    this.#lineStart = this.#at;
    const found = this.#text.indexOf('\n', this.#at);
    const end = found === -1 ? this.#text.length : found;
    this.#at = end + 1;
    return this.#text.slice(this.#lineStart, end).trim().replace(remark, '');
  }

  #cutOff(within: string): NotAListing {
    return new NotAListing(this.#text.trimEnd().split('\n').length, `the listing ends within ${within}`);
  }

  #error(what: string): NotAListing {
    return new NotAListing(this.#text.slice(0, this.#lineStart).split('\n').length, what);
  }
}

/** Of a block within a table: what stands in blocks within it has more tabs before it. */
const closingOfNft = '\n\t}\n';

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
