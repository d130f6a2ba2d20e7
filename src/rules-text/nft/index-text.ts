import type { Family } from '../../net/family.ts';
import { readBaseChain } from './base-chain.ts';
import { isIpFamily, type ListedChain, type ListedTable, newListedTable } from './listed-parts.ts';
import { ListingCursor } from './listing-cursor.ts';
import { type ListedPart, rulesIn } from './listing-reader.ts';
import { declareSet } from './set/declare-set.ts';

/** Finds the tables, chains and sets in what `nft list …` prints. Nothing in them is read yet. Throws `NotAListing`. */
export function indexText(text: string, family: Family): readonly ListedTable[] {
  const listing = new ListingCursor(text);
  const index = new TextIndex(listing, family);
  for (let part = listing.next(); part !== undefined; part = listing.next()) index.take(part);
  return index.tables;
}

/** A chain, set or map whose end has not come. */
interface OpenBlock {
  readonly kind: 'chain' | 'set' | 'map';
  readonly name: string;
  /** Where a chain's content begins. */
  readonly start: number;
  base: ListedChain['base'];
  readonly properties: string[];
  /** Where the elements stand, without their braces. */
  elements: { readonly start: number; readonly end: number } | undefined;
}

class TextIndex {
  readonly #listing: ListingCursor;
  readonly #family: Family;
  readonly #tables = new Map<string, ListedTable>();
  /** `other`: one that packets of IP do not pass, which may have any form. */
  #table: ListedTable | 'none' | 'other' = 'none';
  #open: OpenBlock | undefined;

  constructor(listing: ListingCursor, family: Family) {
    this.#listing = listing;
    this.#family = family;
  }

  get tables(): readonly ListedTable[] {
    return [...this.#tables.values()];
  }

  take(part: ListedPart): void {
    if (part.kind === 'end' && part.of === 'table') this.#table = 'none';
    else if (part.kind === 'table') this.#openTable(part);
    else if (part.kind === 'fault' && this.#table !== 'other') throw this.#listing.error(part.problem);
    else if (typeof this.#table === 'object') this.#takeOf(this.#table, part);
  }

  #openTable({ family, name, isOfIptablesNft, isClosed }: ListedPart & { kind: 'table' }): void {
    const table = isIpFamily(family) ? this.#tableOf(family, name) : 'other';
    if (table !== 'other' && isOfIptablesNft) table.hasXtables = true;
    this.#table = isClosed ? 'none' : table;
  }

  #tableOf(family: ListedTable['family'], name: string): ListedTable {
    const key = `${family} ${name}`;
    const table = this.#tables.get(key) ?? newListedTable(family, name);
    this.#tables.set(key, table);
    return table;
  }

  #takeOf(table: ListedTable, part: ListedPart): void {
    switch (part.kind) {
      case 'table-flags':
        table.isDormant ||= /\bdormant\b/.test(part.text);
        return;
      case 'chain':
      case 'set':
      case 'map':
        this.#open = {
          ...part,
          start: this.#listing.end,
          base: undefined,
          properties: [],
          elements: undefined,
        };
        if (part.isClosed) this.#close(table, this.#open);
        return;
      case 'end':
        if (this.#open !== undefined) this.#close(table, this.#open);
        return;
      default:
        if (this.#open !== undefined) this.#fill(this.#open, part);
    }
  }

  #fill(open: OpenBlock, part: ListedPart): void {
    if (part.kind === 'property') open.properties.push(part.text);
    else if (part.kind === 'elements') open.elements = this.#elementsUpTo(part.isLast, open.elements);
    else if (part.kind === 'hook') {
      open.base = readBaseChain(open.name, part.text);
      if (open.base === undefined) throw this.#listing.error(`"${part.text}" is no beginning of a chain`);
    }
  }

  #elementsUpTo(isLast: boolean, before: OpenBlock['elements']): OpenBlock['elements'] {
    const { text, start, end } = this.#listing;
    return {
      start: before?.start ?? text.indexOf('{', start) + 1,
      end: isLast ? text.lastIndexOf('}', end) : end,
    };
  }

  #close(table: ListedTable, { kind, name, start, base, properties, elements }: OpenBlock): void {
    this.#open = undefined;
    const { text, start: end } = this.#listing;
    if (kind === 'chain')
      table.chains.set(name, { name, base, rules: () => rulesIn(text.slice(start, end)) });
    else {
      const declaration = declareSet(kind, name, properties, this.#family);
      table.sets.set(name, {
        declaration,
        elements: () => text.slice(elements?.start ?? 0, elements?.end ?? 0),
      });
    }
  }
}
