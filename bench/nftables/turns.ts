import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds in which the kernel clears away the namespace of a measurement before the next one. */
const pause = 500;

/** Measurements that take turns, so that what disturbs the machine for a while disturbs all of them. */
export class Turns {
  readonly #measurements: (() => Promise<void>)[] = [];

  /** Adds a measurement; returns what makes one figure of the results of all rounds, once these are taken. */
  add<Result, Figure>(
    measure: () => Promise<Result>,
    figureOf: (results: readonly Result[]) => Figure,
  ): () => Figure {
    const results: Result[] = [];
    this.#measurements.push(async () => {
      results.push(await measure());
    });
    return () => figureOf(results);
  }

  /** Takes each measurement once a round, in the order in which they were added. */
  async take(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      for (const measure of this.#measurements) {
        await measure();
        await delay(pause);
      }
    }
  }
}
