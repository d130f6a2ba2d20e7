import type { Family } from '../../net/family.ts';
import { indexText } from './index-text.ts';
import { indexJson } from './json/index-json.ts';
import type { ListedTable } from './listed-parts.ts';

/** Finds the tables of IP in a listing, be it text or JSON. Throws `NotAListing`. */
export function indexListing(text: string, family: Family): readonly ListedTable[] {
  return text.trimStart().startsWith('{') ? indexJson(text, family) : indexText(text, family);
}
