import { type ChainName, type SetName, tableName } from '../names.ts';
import { type NftablesOptions, nftFamily } from '../nftables-options.ts';
import type { Chain, Data, Key, Rule, SetDeclaration } from './table.ts';

/** One change of the table. The kernel makes all changes of a transaction at once, or none. */
export type Step =
  | { readonly kind: 'add-table' }
  /** With all that it holds; it need not be there. */
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

/** A transaction is a value: it can be printed, checked and applied. */
export type Transaction = readonly Step[];

/**
 * The transaction in nft's language, one command a line. Keys, data and names are made of checked addresses, numbers
 * and names only, so none of them can end a command or begin another.
 */
export function formatTransaction(
  transaction: Transaction,
  { family }: Pick<NftablesOptions, 'family'>,
  table = tableName,
): string {
  const where = `${nftFamily(family)} ${table}`;
  return transaction.map((step) => formatStep(step, where)).join('');
}

function formatStep(step: Step, where: string): string {
  switch (step.kind) {
    case 'add-table':
      return `add table ${where}\n`;
    case 'delete-table':
      // Only what is there can be deleted, and adding what is there changes nothing.
      return `add table ${where}\ndelete table ${where}\n`;
    case 'add-set':
      return `add ${step.set.kind} ${where} ${step.set.name} { ${step.set.properties.join('; ')}; }\n`;
    case 'delete-set':
      return `delete set ${where} ${step.name}\n`;
    case 'add-chain':
      return `add chain ${where} ${step.chain.name}${step.chain.hook === undefined ? '' : ` { ${step.chain.hook} }`}\n`;
    case 'flush-chain':
      return `flush chain ${where} ${step.name}\n`;
    case 'add-rules':
      return step.rules.map((rule) => `add rule ${where} ${step.name} ${rule}\n`).join('');
    case 'delete-chain':
      return `delete chain ${where} ${step.name}\n`;
    case 'delete-elements':
      return step.keys.length === 0
        ? ''
        : `delete element ${where} ${step.set} { ${step.keys.join(', ')} }\n`;
    case 'add-elements':
      return step.elements.length === 0
        ? ''
        : `add element ${where} ${step.set} { ${step.elements.map(formatElement).join(', ')} }\n`;
  }
}

/** `key : data` in a map, the bare key in a set. */
export function formatElement([key, data]: Element): string {
  return data === '' ? key : `${key} : ${data}`;
}
