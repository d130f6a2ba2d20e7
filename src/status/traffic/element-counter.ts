import type { DispatchSet } from '../../nftables/names.ts';
import type { Key } from '../../nftables/table/table.ts';
import type { ElementQuestion } from '../../nftables/table-counters.ts';
import { absent, advanced, type Tally } from './count.ts';

/** Where a frontend may have an element, and whether it must by the plan. */
export interface ElementPlace {
  readonly set: DispatchSet;
  readonly key: Key;
  readonly isWanted: boolean;
}

/** Counts by the element of a frontend in one dispatch map. */
export class ElementCounter implements ElementQuestion, ElementPlace {
  readonly of = 'element';
  readonly set: DispatchSet;
  readonly key: Key;
  readonly isWanted: boolean;
  /** `undefined` where others count the same connections. */
  readonly #counts: Tally | undefined;
  #packets: number;

  /** Goes on with the counter of `before`, the same element of an earlier plan. */
  constructor(
    { set, key, isWanted }: ElementPlace,
    counts: Tally | undefined,
    before: ElementCounter | undefined,
  ) {
    this.set = set;
    this.key = key;
    this.isWanted = isWanted;
    this.#counts = counts;
    this.#packets = before === undefined ? absent : before.#packets;
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
