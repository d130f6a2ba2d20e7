import { ToolError } from '../../src/backend/failure.ts';
import type { Family } from '../../src/net/family.ts';
import { type ChainName, type ClientSetName, isClientSet, tableName } from '../../src/nftables/names.ts';
import type { ListDetail, NftTool } from '../../src/nftables/nft-tool.ts';
import { nftFamily } from '../../src/nftables/nftables-options.ts';
import { formatTable } from '../../src/nftables/table/format-table.ts';
import { type Data, emptyTable, type Key, type Rule, type Table } from '../../src/nftables/table/table.ts';
import { TableModel } from '../../src/nftables/table/table-model.ts';
import type { Step, Transaction } from '../../src/nftables/table/table-transaction.ts';
import { type Command, parseTransaction } from './parse-transaction.ts';

/** What one transaction made of one table. */
export interface Commit {
  readonly family: Family;
  readonly before: Table;
  readonly after: Table;
  readonly transaction: Transaction;
}

/**
 * nft without a kernel, strict where the real one is: a transaction is applied whole or not at all, what a step refers to
 * must be there, and only what nothing refers to can be deleted.
 */
export class FakeNftTool implements NftTool {
  readonly method = 'library';
  /** Every transaction that was applied to the table `portolan`, and its text. */
  readonly commits: (Commit & { readonly text: string })[] = [];
  checks = 0;
  /** What was listed, and in which detail. */
  readonly listings: string[] = [];
  /** Called after each transaction, with what packets saw before and now see. */
  onCommit: (commit: Commit) => void = () => {};
  /** Commands (lines of a transaction) that this kernel does not take. */
  refuses: RegExp | undefined;
  /** How this nft words a rule. */
  words: (rule: string) => string = (rule) => rule;
  /** With what each call fails. */
  fails: ToolError | undefined;
  #tables: ReadonlyMap<string, HandledTable> = new Map();

  /** What stands in the table of this family. */
  table(family: Family): Table {
    return this.#tables.get(tableOf(family))?.model ?? emptyTable;
  }

  async apply(commands: string): Promise<void> {
    const tables = this.#try(commands);
    const before = this.#tables;
    this.#tables = tables;
    for (const family of ['IPv4', 'IPv6'] as const) {
      const id = tableOf(family);
      if (tables.get(id) === before.get(id)) continue;
      const transaction = stepsOf(commands, id);
      const [old, now] = [before.get(id)?.model ?? emptyTable, tables.get(id)?.model ?? emptyTable];
      const commit = { family, before: old, after: now, transaction };
      this.commits.push({ ...commit, text: commands });
      this.onCommit(commit);
    }
  }

  async applyEchoed(commands: string): Promise<string> {
    await this.apply(commands);
    const written = new Map<string, number>();
    for (const { table, step } of parseTransaction(commands)) {
      if (step.kind !== 'add-rules') continue;
      const chain = `${table} ${step.name}`;
      written.set(chain, (written.get(chain) ?? 0) + step.rules.length);
    }
    return [...written]
      .flatMap(([chain, count]) => this.#echo(chain, count))
      .map((line) => `${line}\n`)
      .join('');
  }

  #echo(title: string, count: number): readonly string[] {
    const [ip, table, name = ''] = title.split(' ');
    const rules = this.#tables.get(`${ip} ${table}`)?.rules(name as ChainName) ?? [];
    return rules
      .slice(-count)
      .map(({ rule, handle }) => `add rule ${title} ${this.words(rule)} # handle ${handle}`);
  }

  async check(commands: string): Promise<void> {
    this.checks += 1;
    this.#try(commands);
  }

  /** `table ip portolan` or `ruleset ip`. */
  async *list(
    words: readonly string[],
    detail: ListDetail = 'all',
    _signal?: AbortSignal,
  ): AsyncIterable<string> {
    this.listings.push(`${words.join(' ')}: ${detail}`);
    if (this.fails !== undefined) throw this.fails;
    const [what, ...rest] = words;
    const wanted = rest.join(' ');
    const ids = [...this.#tables.keys()].filter((id) =>
      what === 'table' ? id === wanted : id.startsWith(`${wanted} `),
    );
    if (what === 'table' && ids.length === 0) throw new ToolError('absent', 'No such file or directory');
    for (const id of ids) yield* this.#tables.get(id)?.listing(id, detail, this.words) ?? [];
  }

  /** A client's packet reaches an endpoint, which remembers it. */
  remember(family: Family, set: ClientSetName, client: string): void {
    const model = this.#tables.get(tableOf(family))?.model;
    const clients = model?.elements.get(set) ?? new Map<Key, Data>();
    model?.elements.set(set, clients.set(`${client} timeout 10m expires 9m59s123ms` as Key, '' as Data));
  }

  #try(text: string): ReadonlyMap<string, HandledTable> {
    if (this.fails !== undefined) throw this.fails;
    const refused = text.split('\n').find((line) => this.refuses?.test(line));
    if (refused !== undefined) throw new ToolError('refused', `the kernel does not take: ${refused}`);
    const tables = new Map(this.#tables);
    const own = new Set<string>();
    for (const command of parseTransaction(text)) applyCommand(command, tables, own);
    return tables;
  }
}

function tableOf(family: Family): string {
  return `${nftFamily(family)} ${tableName}`;
}

/** The steps that such a text takes in one table. */
function stepsOf(text: string, id: string): Transaction {
  return parseTransaction(text).flatMap(({ table, step }) => (table === id ? [step] : []));
}

/** Tables that are not in `own` yet belong to what stands, so they are copied before the first change. */
function applyCommand(
  { table: id, step }: Command,
  tables: Map<string, HandledTable>,
  own: Set<string>,
): void {
  if (step.kind === 'delete-table') {
    tables.delete(id);
    return;
  }
  const standing = tables.get(id);
  if (standing === undefined && step.kind !== 'add-table') throw new ToolError('refused', `no table ${id}`);
  const table = standing !== undefined && own.has(id) ? standing : new HandledTable(standing);
  own.add(id);
  tables.set(id, table);
  table.apply(step);
}

let lastHandle = 0;

/** A table whose chains, rules, maps and sets have numbers, which they never share with any that went. */
class HandledTable {
  readonly model: TableModel;
  /** Of each chain, its own and then its rules'; of each map and set, its own. */
  readonly #handles: Map<string, readonly number[]>;

  constructor(from: HandledTable | undefined) {
    this.model = new TableModel(from?.model ?? emptyTable);
    this.#handles = new Map(from === undefined ? [] : from.#handles);
  }

  apply(step: Step): void {
    const [isNew, name] = [this.#isNew(step), nameOf(step)];
    try {
      this.model.apply([step]);
    } catch (error) {
      throw new ToolError('refused', `Could not process rule: ${String(error)}`);
    }
    const standing = this.#handles.get(name) ?? [];
    if (step.kind === 'delete-chain' || step.kind === 'delete-set') this.#handles.delete(name);
    if (step.kind === 'flush-chain') this.#handles.set(name, standing.slice(0, 1));
    if (step.kind === 'add-rules') this.#handles.set(name, [...standing, ...step.rules.map(newHandle)]);
    if (isNew) this.#handles.set(name, [newHandle()]);
  }

  /** The rules of a chain with their handles. */
  rules(name: ChainName): readonly { readonly rule: Rule; readonly handle: number | undefined }[] {
    const handles = this.#handles.get(name)?.slice(1) ?? [];
    return (this.model.chains.get(name)?.rules ?? []).map((rule, at) => ({ rule, handle: handles[at] }));
  }

  /** What nft prints of it: everything, or no elements but handles. */
  *listing(id: string, detail: ListDetail, words: (rule: string) => string): Iterable<string> {
    const [ip, name = ''] = id.split(' ');
    const worded = [...this.model.chains].map(
      ([chain, content]) =>
        [chain, { ...content, rules: content.rules.map((rule) => words(rule) as Rule) }] as const,
    );
    const elements = detail === 'all' ? counted(this.model).elements : new Map();
    const shown = { sets: this.model.sets, chains: new Map(worded), elements };
    const lines = [...formatTable(shown, { family: ip === 'ip' ? 'IPv4' : 'IPv6' })]
      .join('')
      .replace(tableName, name)
      .replaceAll('counter packets 0', 'counter packets 3')
      .trimEnd()
      .split('\n');
    yield* detail === 'all' ? lines : this.#withHandles(lines);
  }

  *#withHandles(lines: readonly string[]): Iterable<string> {
    let handles: readonly number[] = [];
    for (const line of lines) {
      const name = /^\t(?:chain|map|set) (\S+) \{$/.exec(line)?.[1];
      if (name !== undefined) handles = this.#handles.get(name) ?? [];
      const isRule = line.startsWith('\t\t') && !line.startsWith('\t\ttype ') && handles.length > 0;
      if (name === undefined && !isRule) yield line;
      else {
        yield `${line} # handle ${handles[0]}`;
        handles = handles.slice(1);
      }
    }
  }

  #isNew(step: Step): boolean {
    if (step.kind === 'add-chain') return !this.model.chains.has(step.chain.name);
    return step.kind === 'add-set' && !this.model.sets.has(step.set.name);
  }
}

function newHandle(): number {
  lastHandle += 1;
  return lastHandle;
}

function nameOf(step: Step): string {
  if (step.kind === 'add-chain') return step.chain.name;
  if (step.kind === 'add-set') return step.set.name;
  return 'name' in step ? step.name : '';
}

/** A table some of whose elements have counted packets. */
function counted(table: Table): Table {
  const elements = [...table.elements].map(([set, own]) => {
    const counts = table.sets.get(set)?.properties.includes('counter') === true && !isClientSet(set);
    return [set, counts ? withCounters(own) : own] as const;
  });
  return { ...table, elements: new Map(elements) };
}

function withCounters(elements: ReadonlyMap<Key, Data>): ReadonlyMap<Key, Data> {
  return new Map([...elements].map(([key, data]) => [`${key} counter packets 0 bytes 180` as Key, data]));
}
