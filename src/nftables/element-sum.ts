import type { SetName } from './names.ts';
import type { Data, Key } from './table/table.ts';
import { textHash } from './text-hash.ts';

/**
 * A number that two collections of elements share where they hold the same, in whatever order. It says that something
 * is different without keeping a hundred thousand texts.
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

/** How many hashes there are: the sum of two is below 2^53, so no addition is rounded and their order means nothing. */
const hashes = 2 ** 52;
