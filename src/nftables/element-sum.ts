import { textHash } from '../net/text-hash.ts';
import type { SetName } from './names.ts';
import type { Data, Key } from './table/table.ts';

/**
 * A number that is equal for equal collections of elements, in any order. It detects a difference without storing a
 * hundred thousand texts.
 */
export class ElementSum {
  #sum = 0;
  #count = 0;

  add(set: SetName, key: Key, data: Data): void {
    this.#sum = (this.#sum + textHash(`${set} ${key}:${data}`)) % hashes;
    this.#count += 1;
  }

  equals(other: ElementSum): boolean {
    return this.#sum === other.#sum && this.#count === other.#count;
  }
}

/** The number of hashes: sums of two are below 2^53, so additions are exact and independent of order. */
const hashes = 2 ** 52;
