import { ToolError } from '../../src/backend/failure.ts';
import { type Family, families } from '../../src/net/family.ts';
import type { KernelTable, Reading } from '../../src/nftables/kernel-table.ts';
import { type ClientSetName, isClientSet, tableName } from '../../src/nftables/names.ts';
import { nftFamily } from '../../src/nftables/nftables-options.ts';
import {
  type Data,
  emptyTable,
  type Key,
  type Table,
  type TableSchema,
} from '../../src/nftables/table/table.ts';
import { TableModel } from '../../src/nftables/table/table-model.ts';
import {
  formatTransaction,
  type Step,
  type Transaction,
} from '../../src/nftables/table/table-transaction.ts';
import { type Command, parseTransaction } from './parse-transaction.ts';

/** What one transaction made of one table. */
export interface Commit {
  readonly family: Family;
  readonly before: Table;
  readonly after: Table;
  readonly transaction: Transaction;
}

/**
 * nf_tables without a kernel, strict where the real one is: a transaction is applied whole or not at all, what a step refers to
 * must be there, and only what nothing refers to can be deleted.
 */
export class FakeNfTables {
  /** Every transaction that was applied to the table `portolan`, and its text. */
  readonly commits: (Commit & { readonly text: string })[] = [];
  checks = 0;
  /** What was read, and how far. */
  readonly readings: string[] = [];
  /** Called after each transaction, with what packets saw before and now see. */
  onCommit: (commit: Commit) => void = () => {};
  /** What a backend's transaction waits for. */
  beforeApply: () => Promise<void> = async () => {};
  /** Commands (lines of a transaction) that this kernel does not take. */
  refuses: RegExp | undefined;
  /** With what each call fails. */
  fails: ToolError | undefined;
  #tables: ReadonlyMap<string, TableModel> = new Map();
  #generation = 0;
  /** The generation that somebody else has made last. */
  #notOurs = 0;

  /** The table of a family, as a backend has it. */
  open(family: Family): KernelTable {
    const text = (transaction: Transaction, name = tableName) =>
      formatTransaction(transaction, { family }, name);
    return {
      apply: async (transaction, _signal) => {
        await this.beforeApply();
        this.#apply(text(transaction));
      },
      check: async (transaction, _signal) => {
        this.checks += 1;
        this.#try(text(transaction, `${tableName}-check`));
      },
      read: (reading) => this.read(family, reading),
      generation: async () => this.#generation,
      isOursSince: async (generation) => generation >= this.#notOurs,
    };
  }

  /** What stands in the table of this family. */
  table(family: Family): Table {
    return this.#tables.get(tableOf(family)) ?? emptyTable;
  }

  /** Somebody else's transaction, in the words of nft. */
  async apply(commands: string): Promise<void> {
    this.#apply(commands);
    this.#notOurs = this.#generation;
  }

  #apply(commands: string): void {
    const tables = this.#try(commands);
    const before = this.#tables;
    this.#tables = tables;
    this.#generation += 1;
    for (const family of families) {
      const id = tableOf(family);
      if (tables.get(id) === before.get(id)) continue;
      const transaction = stepsOf(commands, id);
      const [old, now] = [before.get(id) ?? emptyTable, tables.get(id) ?? emptyTable];
      const commit = { family, before: old, after: now, transaction };
      this.commits.push({ ...commit, text: commands });
      this.onCommit(commit);
    }
  }

  async read(family: Family, { onElement }: Reading = {}): Promise<TableSchema | undefined> {
    this.readings.push(`${tableOf(family)}: ${onElement === undefined ? 'schema' : 'everything'}`);
    if (this.fails !== undefined) throw this.fails;
    const table = this.#tables.get(tableOf(family));
    for (const [set, elements] of onElement === undefined ? [] : (table?.elements ?? [])) {
      if (isClientSet(set)) continue;
      for (const [key, data] of elements) onElement?.({ set, key, data, packets: 3 });
    }
    return table;
  }

  /** A client's packet reaches an endpoint, which remembers it. */
  remember(family: Family, set: ClientSetName, client: string): void {
    const model = this.#tables.get(tableOf(family));
    const clients = model?.elements.get(set) ?? new Map<Key, Data>();
    model?.elements.set(set, clients.set(`${client} timeout 10m expires 9m59s123ms` as Key, '' as Data));
  }

  #try(text: string): ReadonlyMap<string, TableModel> {
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
function applyCommand({ table: id, step }: Command, tables: Map<string, TableModel>, own: Set<string>): void {
  if (step.kind === 'delete-table') {
    tables.delete(id);
    return;
  }
  const standing = tables.get(id);
  if (standing === undefined && step.kind !== 'add-table') throw new ToolError('refused', `no table ${id}`);
  const table = standing !== undefined && own.has(id) ? standing : new TableModel(standing ?? emptyTable);
  own.add(id);
  tables.set(id, table);
  applyStep(table, step);
}

function applyStep(table: TableModel, step: Step): void {
  try {
    table.apply([step]);
  } catch (error) {
    throw new ToolError('refused', `the kernel does not take it: ${String(error)}`);
  }
}
