import type { Element, Scalar } from '../../rule.ts';
import type { ElementSet } from '../../ruleset.ts';
import type { ListedSet } from '../listed-parts.ts';
import { ElementIndex } from './element-index.ts';

/**
 * The elements of a set as a listing has them. They are indexed when the first key is looked for, and read when one is
 * found. An element of a form that is not known may be the one that is looked for: where no other is, the set is `unread`.
 */
export class ListedElements implements ElementSet {
  readonly #listed: ListedSet;
  #index: ElementIndex | undefined;

  constructor(listed: ListedSet) {
    this.#listed = listed;
  }

  find(key: readonly Scalar[]): Element | 'absent' | 'unread' {
    const found = this.#indexed().find(key);
    return found === 'unsupported' ? 'unread' : found;
  }

  /** All elements; `unread` where one has a form that is not known. */
  elements(): Iterable<Element> | 'unread' {
    const elements: Element[] = [];
    for (const element of this.#indexed().all()) {
      if (element === undefined) return 'unread';
      elements.push(element);
    }
    return elements;
  }

  #indexed(): ElementIndex {
    this.#index ??= new ElementIndex(this.#listed.elements(), this.#listed.declaration);
    return this.#index;
  }
}
