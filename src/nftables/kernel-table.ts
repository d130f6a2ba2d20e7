import type { SetName } from './names.ts';
import type { ListedElement } from './table/read-table.ts';
import type { Rule, SetDeclaration, TableSchema } from './table/table.ts';
import type { Transaction } from './table/table-transaction.ts';

/** A table of one family: what it takes to write and to read it. */
export interface TableTitle {
  readonly family: 'ip' | 'ip6';
  readonly name: string;
  /** How its maps and sets are declared, on which the form of their elements depends; `undefined` of others. */
  readonly declaration: (set: SetName) => SetDeclaration | undefined;
}

/** A table in the kernel. */
export interface KernelTable {
  /** Applies all steps in one transaction, or none. Throws a `ToolError`, which names what is refused. */
  apply(transaction: Transaction, signal?: AbortSignal): Promise<void>;
  /** Has the kernel look at a transaction that makes this table under another name, and drop it. Throws a `ToolError`. */
  check(transaction: Transaction, signal?: AbortSignal): Promise<void>;
  /**
   * The table as it stands, in our words; `undefined` where there is none. Elements are handed over one by one, those of client
   * sets left out; without `onElement` they are not read. Throws a `ToolError`.
   */
  read(reading?: Reading): Promise<TableSchema | undefined>;
  /** A number that every transaction of the network namespace changes; `undefined` where the kernel does not say. */
  generation(): Promise<number | undefined>;
  /** Whether nobody but this process has made a transaction since that generation. */
  isOursSince(generation: number): Promise<boolean>;
}

export interface Reading {
  readonly onElement?: ((element: ListedElement) => void) | undefined;
  /**
   * Rules by the handles of table and rule, as an earlier reading with the same map left them: a rule never changes, so its text is
   * not read once more, and the values of its counters are old.
   */
  readonly rulesByHandle?: Map<string, Rule> | undefined;
  readonly signal?: AbortSignal | undefined;
}
