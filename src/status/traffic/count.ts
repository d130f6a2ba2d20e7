/** A number of connections: in total, and since the previous reading. */
export interface Count {
  readonly total: number;
  readonly recent: number;
}

/** Adds up counts of kernel counters. */
export class Tally implements Count {
  total = 0;
  recent = 0;

  add(connections: number): void {
    this.total += connections;
    this.recent += connections;
  }
}

/** One reading of all counters of a table. */
export interface Reading {
  /** Counted from 1. */
  readonly number: number;
  /** The number of the last reading that was completed; 0 before the first. */
  readonly before: number;
}

/** The counter of one element or rule, as of its last reading. */
export class KernelCounter {
  #packets = 0;
  #holder: object | undefined;
  #reading = -1;

  /**
   * The count since the previous reading. If the element is new or was replaced since, that is its whole value.
   * `holder` is what the element counts for: it tells a replaced element that has already counted more than the old
   * one.
   */
  advance(packets: number, { number, before }: Reading, holder?: object): number {
    const goesOn = this.#reading >= before && this.#holder === holder && packets >= this.#packets;
    const news = goesOn ? packets - this.#packets : packets;
    this.#packets = packets;
    this.#holder = holder;
    this.#reading = number;
    return news;
  }
}
