import type { Instruments } from '../../telemetry/metrics/instruments.ts';

/** Counts that are added to for every query: the labels are made once for each key. */
export class Tally<L extends string> {
  readonly #counts = new Map<string, { readonly labels: Readonly<Record<L, string>>; count: number }>();

  constructor(instruments: Instruments, name: string, help: string, labelNames: readonly L[]) {
    instruments.collectedCounter(
      name,
      help,
      (counter) => {
        counter.reset();
        for (const { labels, count } of this.#counts.values()) counter.inc(labels, count);
      },
      labelNames,
    );
  }

  add(key: string, labels: () => Readonly<Record<L, string>>): void {
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { labels: labels(), count: 1 });
    else known.count += 1;
  }
}
