import type { SetName } from './names.ts';
import type { Data, Key } from './table/table.ts';

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

/** Two FNV-1a hashes of 32 bits from different starts, joined to 52 bits. */
export function textHash(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
  }
  return (low >>> 0) + (high >>> 12) * 2 ** 32;
}
