/** Connections: all that were seen, and those since the reading before. */
export interface Count {
  readonly total: number;
  readonly recent: number;
}

/** Adds up what counters of the kernel have counted. */
export class Tally implements Count {
  total = 0;
  recent = 0;

  add(connections: number): void {
    this.total += connections;
    this.recent += connections;
  }
}

/** One look at all counters of a table. */
export interface Reading {
  /** From 1 up. */
  readonly number: number;
  /** The number of the last one that came to its end; 0 before the first. */
  readonly before: number;
}

/** What the counter of one element or rule said when it was last read. */
export class KernelCounter {
  #packets = 0;
  #holder: object | undefined;
  #reading = -1;

  /**
   * What was counted since the reading before. Where the element was not there then, or was replaced, that is all it
   * has: it began at 0. `holder` is whom it counts for, since a replaced element may have counted more by now.
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
