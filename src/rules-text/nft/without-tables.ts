import { objectsIn } from './json/index-json.ts';
import { isObject, textOf } from './json/json-values.ts';
import { tableBlocks } from './table-blocks.ts';

/** What names a table to nft: `ip portolan`. */
export interface TableTitle {
  readonly family: string;
  readonly name: string;
}

/** A listing, text or JSON, without some of its tables; empty where it has no others. Throws `NotAListing`. */
export function withoutTables(text: string, isLeftOut: (title: TableTitle) => boolean): string {
  if (/^\s*\{/.test(text)) return withoutObjects(text, isLeftOut);
  return tableBlocks(text)
    .filter((table) => !isLeftOut(table))
    .map((table) => table.text)
    .join('\n');
}

/** Every object of `nft -j` but the table itself names its table. */
function withoutObjects(text: string, isLeftOut: (title: TableTitle) => boolean): string {
  const nftables = objectsIn(text).filter((object) => {
    const [kind, value] = Object.entries(object)[0] ?? [''];
    if (!isObject(value)) return true;
    return !isLeftOut({
      family: textOf(value.family),
      name: textOf(kind === 'table' ? value.name : value.table),
    });
  });
  return JSON.stringify({ nftables });
}
