import type { DispatchSet } from '../../nftables/names.ts';
import type { Key } from '../../nftables/table/table.ts';
import type { ElementQuestion } from '../../nftables/table-counters.ts';
import { absent, advanced, type Tally } from './count.ts';

/** Counts by the element of a frontend in one dispatch map. */
export class ElementCounter implements ElementQuestion {
  readonly of = 'element';
  readonly set: DispatchSet;
  readonly key: Key;
  readonly otherwise: ElementCounter | undefined;
  /** `undefined` where others count the same connections. */
  readonly #counts: Tally | undefined;
  #packets = absent;

  constructor(set: DispatchSet, key: Key, counts: Tally | undefined, otherwise: ElementCounter | undefined) {
    this.set = set;
    this.key = key;
    this.#counts = counts;
    this.otherwise = otherwise;
  }

  /** Goes on with the counter of the same element of an earlier plan. */
  continue(before: ElementCounter): void {
    this.#packets = before.#packets;
  }

  /** Whether the last reading found it in the table. */
  get isPresent(): boolean {
    return this.#packets !== absent;
  }

  found(packets: number): void {
    this.#counts?.add(advanced(this.#packets, packets));
    this.#packets = packets;
  }

  missing(): void {
    this.#packets = absent;
  }
}
