import type { Family } from '../../../net/family.ts';
import type { Element } from '../../rule.ts';
import { indexListing } from '../index-listing.ts';
import { ElementIndex } from './element-index.ts';

/** Elements of a set, as far as a listing has them. */
export interface ListedElementsOf {
  /** As the `RuleTable` is named: `nft ip portolan`. */
  readonly table: string;
  readonly set: string;
  readonly elements: readonly Element[];
}

/**
 * Reads what `nft get element`, `nft list set` and `nft list map` print, as text or JSON. Elements of a form that is not known
 * are left out. Throws `NotAListing` where the text is none.
 */
export function readNftElements(text: string, family: Family): readonly ListedElementsOf[] {
  return indexListing(text, family).flatMap(({ family: tableFamily, name, sets }) =>
    [...sets.values()].map((set) => ({
      table: `nft ${tableFamily} ${name}`,
      set: set.declaration.name,
      elements: [...new ElementIndex(set.elements(), set.declaration).all()].filter(
        (element) => element !== undefined,
      ),
    })),
  );
}
