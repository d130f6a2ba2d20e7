import { commandText } from '../../rules-text/nft/write/command-text.ts';
import { type ChainName, type SetName, tableName } from '../names.ts';
import { type NftablesOptions, nftFamily } from '../nftables-options.ts';
import type { Chain, Data, Key, Rule, SetDeclaration } from './table.ts';

/** One change of the table. The kernel makes all changes of a transaction at once, or none. */
export type Step =
  | { readonly kind: 'add-table' }
  /** Deletes the table with all its content, if it exists. */
  | { readonly kind: 'delete-table' }
  | { readonly kind: 'add-set'; readonly set: SetDeclaration }
  | { readonly kind: 'delete-set'; readonly name: SetName }
  | { readonly kind: 'add-chain'; readonly chain: Omit<Chain, 'rules'> }
  | { readonly kind: 'flush-chain'; readonly name: ChainName }
  | { readonly kind: 'add-rules'; readonly name: ChainName; readonly rules: readonly Rule[] }
  | { readonly kind: 'delete-chain'; readonly name: ChainName }
  | { readonly kind: 'delete-elements'; readonly set: SetName; readonly keys: readonly Key[] }
  | { readonly kind: 'add-elements'; readonly set: SetName; readonly elements: readonly Element[] };

export type Element = readonly [Key, Data];

/** A transaction as a value, which can be printed, checked and applied. */
export type Transaction = readonly Step[];

/** The transaction in nft's language, one command a line. */
export function formatTransaction(
  transaction: Transaction,
  { family }: Pick<NftablesOptions, 'family'>,
  table = tableName,
): string {
  const title = `${nftFamily(family)} ${table}`;
  return transaction.map((step) => commandText(step, title)).join('');
}
