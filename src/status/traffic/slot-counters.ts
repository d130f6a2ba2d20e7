import type { SlotMap } from '../../nftables/names.ts';
import type { Key } from '../../nftables/table/table.ts';
import type { SlotContent, SlotsQuestion } from '../../nftables/table-counters.ts';
import { absent, advanced, type Tally } from './count.ts';
import type { EndpointCounts } from './endpoint-traffic.ts';

/** Finds endpoints by what slots hold. */
export interface EndpointFinder {
  /** `slot` is where an endpoint mostly stands; `undefined` if the slot holds no endpoint. */
  endpointOf(slot: number, content: SlotContent): EndpointCounts | undefined;
}

/** Where the slots of a frontend are, and how many there should be. */
export interface SlotsPlace {
  readonly set: SlotMap;
  readonly key: Key;
  readonly size: number;
}

/** Counts by the slots of a frontend in one map: each for the frontend and for its endpoint. There may be 100,000 slots. */
export class SlotCounters implements SlotsQuestion {
  readonly of = 'slots';
  readonly set: SlotMap;
  readonly key: Key;
  readonly size: number;
  readonly #counts: Tally;
  readonly #endpoints: EndpointFinder;
  /** By the number of the slot, as of the last reading. */
  readonly #packets: number[];
  /** Whom these packets count for. */
  readonly #holders: (EndpointCounts | undefined)[];

  /** Goes on with the counters of `before`, the same slots of an earlier plan. */
  constructor(
    { set, key, size }: SlotsPlace,
    counts: Tally,
    endpoints: EndpointFinder,
    before: SlotCounters | undefined,
  ) {
    this.set = set;
    this.key = key;
    this.size = size;
    this.#counts = counts;
    this.#endpoints = endpoints;
    // An array that grows would have room for more than it ever holds.
    this.#packets = before === undefined ? new Array<number>(size).fill(absent) : before.#packets;
    this.#holders = before === undefined ? new Array<undefined>(size).fill(undefined) : before.#holders;
  }

  /** If the slot is new, was replaced, or holds another endpoint now, its whole value counts. */
  found(slot: number, packets: number, content: SlotContent): void {
    const known = this.#holders[slot];
    const goesOn = known !== undefined && known.code === content.code;
    const holder = goesOn ? known : this.#endpoints.endpointOf(slot, content);
    if (holder === undefined) {
      this.missing(slot);
      return;
    }
    const connections = advanced(goesOn ? (this.#packets[slot] ?? absent) : absent, packets);
    this.#packets[slot] = packets;
    this.#holders[slot] = holder;
    this.#counts.add(connections);
    holder.count(connections);
  }

  missing(slot: number): void {
    if (slot >= this.size) {
      // Whatever was behind it is no longer there.
      this.#packets.length = Math.min(this.#packets.length, slot);
      this.#holders.length = this.#packets.length;
    } else {
      this.#packets[slot] = absent;
      this.#holders[slot] = undefined;
    }
  }
}
