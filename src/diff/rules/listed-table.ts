import type { Family } from '../../net/family.ts';
import { type ChainName, isClientSet, type SetName } from '../../nftables/names.ts';
import type { Chain, Data, Key, Rule, SetDeclaration, Table } from '../../nftables/table/table.ts';
import type { DataType } from '../../rules-text/nft/expression/data-types.ts';
import type { NftTable } from '../../rules-text/nft/nft-table.ts';
import { readNftListing } from '../../rules-text/nft/read-listing.ts';
import { partsText, verdictText } from '../../rules-text/nft/write/pattern-text.ts';
import type { Element } from '../../rules-text/rule.ts';
import { scalarsIn } from '../../trace/rule/environment.ts';

/**
 * A table of a listing in the form that text and JSON have in common, which leaves out declarations of sets;
 * `undefined` where the listing lacks the table. Throws a `NotAListing`.
 */
export function listedTable(text: string, family: Family, name: string): Table | undefined {
  const own = family === 'IPv4' ? 'ip' : 'ip6';
  const found = readNftListing(text, family).find(
    (table) => table.tableName === name && table.family === own,
  );
  return found === undefined ? undefined : tableOf(found);
}

function tableOf(listed: NftTable): Table {
  const sets = listed.setNames.filter((name) => !isClientSet(name));
  return {
    sets: new Map(sets.map((name) => [name as SetName, declarationOf(listed, name)])),
    chains: new Map(listed.chainNames.map((name) => [name as ChainName, chainOf(listed, name)])),
    elements: new Map(sets.map((name) => [name as SetName, elementsOf(listed, name)])),
  };
}

function declarationOf(listed: NftTable, name: string): SetDeclaration {
  const declaration = listed.declaration(name);
  const kind = declaration === 'absent' ? 'set' : declaration.kind;
  return { name: name as SetName, kind, properties: [] };
}

function chainOf(listed: NftTable, name: string): Chain {
  const base = listed.baseChains.find((chain) => chain.name === name);
  const hook =
    base && `type ${base.type} hook ${base.hook} priority ${base.priority}; policy ${base.policy};`;
  const rules = listed.chain(name);
  return {
    name: name as ChainName,
    hook,
    rules: typeof rules === 'string' ? [] : rules.map(({ text }) => text as Rule),
  };
}

function elementsOf(listed: NftTable, name: string): ReadonlyMap<Key, Data> {
  const [declaration, set] = [listed.declaration(name), listed.set(name)];
  if (declaration === 'absent' || typeof set === 'string') return new Map();
  const elements = set.elements();
  if (elements === 'unread') return new Map();
  const data = typeof declaration.data === 'object' ? declaration.data : [];
  return new Map(
    [...elements].map((element) => [
      partsText(element.key, declaration.key) as Key,
      dataText(element, data) as Data,
    ]),
  );
}

function dataText({ data, verdict }: Element, types: readonly DataType[]): string {
  if (verdict !== undefined) return verdictText(verdict);
  return data === undefined ? '' : partsText(scalarsIn(data), types);
}
