import { tableName } from '../names.ts';
import { type NftablesOptions, nftFamily } from '../nftables-options.ts';
import type { Chain, SetDeclaration, Table } from './table.ts';
import { formatElement } from './transaction.ts';

/** The table as `nft list table` prints it and `nft -f` takes it: maps and sets, then chains, each as they were made. */
export function* formatTable(table: Table, { family }: Pick<NftablesOptions, 'family'>): Iterable<string> {
  yield `table ${nftFamily(family)} ${tableName} {\n`;
  let separator = '';
  for (const set of table.sets.values()) {
    yield separator;
    yield* formatSet(set, table);
    separator = '\n';
  }
  for (const chain of table.chains.values()) {
    yield separator;
    yield formatChain(chain);
    separator = '\n';
  }
  yield '}\n';
}

function* formatSet({ kind, name, properties }: SetDeclaration, { elements }: Table): Iterable<string> {
  yield `\t${kind} ${name} {\n`;
  for (const property of properties) yield `\t\t${property}\n`;
  const own = [...(elements.get(name) ?? [])].map(formatElement);
  if (own.length > 0) yield `\t\telements = { ${own.join(',\n\t\t\t     ')} }\n`;
  yield '\t}\n';
}

function formatChain({ name, hook, rules }: Chain): string {
  const lines = [...(hook === undefined ? [] : [hook]), ...rules];
  return `\tchain ${name} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}
