import type { Family } from '../../../net/family.ts';
import { NotAListing } from '../../rules-text-error.ts';
import { baseChain } from '../base-chain.ts';
import {
  isIpFamily,
  type ListedChain,
  type ListedTable,
  newListedTable,
  type SetDeclaration,
  type TableFamily,
} from '../listed-parts.ts';
import { dataOf, namedTypes, typesOf } from '../set/declare-set.ts';
import { elementText, expressionText } from '../write/expression-text.ts';
import { ruleText } from '../write/statement-text.ts';
import { isArray, isObject, type Json, type JsonObject, listOf, onlyEntry, textOf } from './json-values.ts';

/**
 * Finds the tables, chains and sets in what `nft -j list …` prints. Rules and elements are put into nft's language, and read,
 * as they are asked for. Throws `NotAListing`.
 */
export function indexJson(text: string, family: Family): readonly ListedTable[] {
  const index = new JsonIndex(family);
  for (const object of objectsIn(text)) {
    const [kind, value] = Object.entries(object)[0] ?? [''];
    if (isObject(value)) index.add(kind, value);
  }
  return index.tables;
}

/** The objects of a listing as JSON, each of one key: `table`, `chain`, `rule`, … Throws `NotAListing`. */
export function objectsIn(text: string): readonly JsonObject[] {
  const json = parse(text.replace(byteOrderMark, ''));
  const objects = isObject(json) ? json.nftables : undefined;
  if (!isArray(objects)) throw new NotAListing(1, 'there is no list "nftables" in the JSON');
  return objects.filter(isObject);
}

const byteOrderMark = /^\uFEFF/;

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message)?.[1];
    const before = position === undefined ? text : text.slice(0, Number(position));
    throw new NotAListing(before.split('\n').length, message);
  }
}

class JsonIndex {
  readonly #family: Family;
  readonly #tables = new Map<string, ListedTable>();
  readonly #rules = new Map<ListedChain, JsonObject[]>();

  constructor(family: Family) {
    this.#family = family;
  }

  get tables(): readonly ListedTable[] {
    return [...this.#tables.values()];
  }

  add(kind: string, object: JsonObject): void {
    const family = textOf(object.family);
    if (!isIpFamily(family)) return;
    const table = this.#table(family, textOf(kind === 'table' ? object.name : object.table));
    // nft 1.0.6 writes something else for a single flag: that cannot be distinguished from another flag.
    if (kind === 'table') table.isDormant = listOf(object.flags).includes('dormant');
    else if (kind === 'chain') this.#addChain(table, object);
    else if (kind === 'rule') this.#addRule(table, object);
    else if (kind === 'set' || kind === 'map') this.#addSet(table, kind, object);
  }

  #table(family: TableFamily, name: string): ListedTable {
    const key = `${family} ${name}`;
    const table = this.#tables.get(key) ?? newListedTable(family, name);
    this.#tables.set(key, table);
    return table;
  }

  #addChain(table: ListedTable, { name, type, hook, prio, policy = 'accept' }: JsonObject): void {
    const listed = { name: textOf(name), type: textOf(type), hook: textOf(hook), policy: textOf(policy) };
    const base = hook === undefined ? undefined : baseChain({ ...listed, priority: Number(prio) });
    this.#chain(table, listed.name, base);
  }

  #chain(table: ListedTable, name: string, base: ListedChain['base']): ListedChain {
    const rules: JsonObject[] = [];
    const chain: ListedChain = {
      name,
      base,
      rules: () => rules.map(({ expr, comment }) => ruleText(listOf(expr), comment)),
    };
    this.#rules.set(chain, rules);
    table.chains.set(name, chain);
    return chain;
  }

  #addRule(table: ListedTable, rule: JsonObject): void {
    const name = textOf(rule.chain);
    const chain = table.chains.get(name) ?? this.#chain(table, name, undefined);
    this.#rules.get(chain)?.push(rule);
    if (listOf(rule.expr).some((statement) => isObject(statement) && 'xt' in statement))
      table.hasXtables = true;
  }

  #addSet(table: ListedTable, kind: 'set' | 'map', object: JsonObject): void {
    const { elem } = object;
    const declaration = declare(kind, object, this.#family);
    table.sets.set(declaration.name, {
      declaration,
      elements: () =>
        listOf(elem)
          .map((element) => elementText(element))
          .join(',\n'),
    });
  }
}

/** Types by name, or, of nft 1.1, expressions in `typeof`. */
function declare(
  kind: 'set' | 'map',
  { name, type, map, flags, elem }: JsonObject,
  family: Family,
): SetDeclaration {
  return {
    kind,
    name: textOf(name),
    key: declaredTypes(type, family),
    data: kind === 'set' ? undefined : declaredData(map, family),
    hasIntervals: listOf(flags).includes('interval'),
    givesRanges: kind === 'map' && listOf(elem).some((element) => isArray(element) && isRange(element[1])),
  };
}

function declaredTypes(json: Json | undefined, family: Family): SetDeclaration['key'] {
  if (isObject(json)) return typesOf(expressionText(json.typeof), family);
  return listOf(json).flatMap((each) => namedTypes(textOf(each)));
}

function declaredData(json: Json | undefined, family: Family): SetDeclaration['data'] {
  return isObject(json)
    ? declaredTypes(json, family)
    : dataOf(listOf(json).map(textOf).join(' . '), namedTypes);
}

/** JSON says it of the elements alone. */
function isRange(json: Json | undefined): boolean {
  const [kind, value] = onlyEntry(json) ?? [''];
  return kind === 'range' || kind === 'prefix' || (kind === 'concat' && listOf(value).some(isRange));
}
