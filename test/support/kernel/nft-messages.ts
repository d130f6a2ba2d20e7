import type { Failure } from '../../../src/backend/failure.ts';
import type { Family } from '../../../src/net/family.ts';
import type { DispatchSet, SlotMap } from '../../../src/nftables/names.ts';
import type { ListedElement } from '../../../src/nftables/table/read-table.ts';
import type { TableSchema } from '../../../src/nftables/table/table.ts';
import type { Transaction } from '../../../src/nftables/table/table-transaction.ts';

/** What a test asks the agent (nft-agent.ts) to do in its network namespace, and what it says. */

export type Question =
  /** By the command nft, as somebody else would. */
  | { readonly ask: 'nft'; readonly words: readonly string[]; readonly input?: string }
  /** By the table that a backend of the product has. */
  | {
      readonly ask: 'apply' | 'check' | 'turns during apply';
      readonly family: Family;
      readonly transaction: Transaction;
    }
  | { readonly ask: 'read'; readonly family: Family; readonly everything: boolean }
  | { readonly ask: 'counters'; readonly family: Family; readonly of: readonly AskedCounter[] }
  | { readonly ask: 'generation'; readonly family: Family }
  | { readonly ask: 'is ours since'; readonly family: Family; readonly generation: number }
  | { readonly ask: 'growth over transactions'; readonly count: number };

/** Which counters, of which an agent says in words what they have. */
export type AskedCounter =
  | { readonly of: 'element'; readonly set: DispatchSet; readonly key: string }
  | { readonly of: 'slots'; readonly set: SlotMap; readonly key: string; readonly size: number }
  | { readonly of: 'chain'; readonly chain: string };

export type Answer =
  | { readonly value: number | undefined }
  | { readonly isOurs: boolean }
  | { readonly lines: readonly string[] }
  | { readonly schema: TableSchema | undefined; readonly elements: readonly ListedElement[] }
  | { readonly failure: Failure | 'another error'; readonly message: string };
