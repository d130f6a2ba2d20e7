import type { Family } from '../../net/family.ts';
import { ListingCursor } from './listing-cursor.ts';

/** A table of a listing, from the line that names it to the brace that closes it. */
export interface TableBlock {
  /** `ip`, `inet`, `bridge`, … */
  readonly family: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The tables in a text, which may hold something else between them. Throws `NotAListing` where one is cut off. */
export function tableBlocks(text: string): readonly TableBlock[] {
  const listing = new ListingCursor(text);
  const blocks: TableBlock[] = [];
  let [family, name, start] = ['', '', 0];
  for (let part = listing.next(); part !== undefined; part = listing.next()) {
    if (part.kind === 'table') {
      ({ family, name } = part);
      start = part.isOfIptablesNft ? text.lastIndexOf('# Warning: table', listing.start) : listing.start;
    } else if (part.kind === 'end' && part.of === 'table') {
      const end = text.indexOf('}', listing.start) + 1;
      blocks.push({ family, name, start, end, text: text.slice(start, end) });
    }
  }
  return blocks;
}

/** The block of one table of IP; `undefined` where the listing does not have it. Throws `NotAListing`. */
export function tableBlock(text: string, family: Family, name: string): string | undefined {
  const own = family === 'IPv4' ? 'ip' : 'ip6';
  return tableBlocks(text).find((block) => block.family === own && block.name === name)?.text;
}
