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

/** In place of a number of packets, where the last reading has found no such counter. */
export const absent = -1;

/** What a counter has counted between two readings, which is all of it where it was absent or began anew. */
export function advanced(before: number, packets: number): number {
  return before === absent || packets < before ? packets : packets - before;
}
