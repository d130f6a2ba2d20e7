import { dataType } from '../../../src/rules-text/nft/expression/data-types.ts';
import type { SetDeclaration } from '../../../src/rules-text/nft/listed-parts.ts';
import { ListedElements } from '../../../src/rules-text/nft/set/element-set.ts';

/** A set `s` with keys of these types, or a map where it has data. */
export function declare(
  key: readonly string[],
  data?: SetDeclaration['data'] | readonly string[],
): SetDeclaration {
  return {
    kind: data === undefined ? 'set' : 'map',
    name: 's',
    key: key.map(dataType),
    data:
      typeof data === 'object'
        ? data.map((type) => (typeof type === 'string' ? dataType(type) : type))
        : data,
    hasIntervals: true,
    givesRanges: false,
  };
}

/** The elements of this text, which stands in a listing. */
export function elements(text: string, declaration: SetDeclaration): ListedElements {
  // Around it there is more, as in a listing.
  const [before, after] = ['elements = {', ' }\n\t}\n\tset t {\n'];
  const listing = before + text + after;
  const own = listing.slice(before.length, before.length + text.length);
  return new ListedElements({ declaration, elements: () => own });
}
