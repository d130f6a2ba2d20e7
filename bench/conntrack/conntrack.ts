import { inOwnNetwork } from '../own-network.ts';
import { markdownTable } from '../table.ts';

/** What one pass over the table took. */
export interface ConntrackFigures {
  readonly flows: number;
  readonly stale: number;
  readonly deleted: number;
  /** Milliseconds, the median of all passes; what was deleted is put back in between. */
  readonly milliseconds: number;
  /** Milliseconds for which the event loop stood still, at most. */
  readonly longestTurn: number;
}

/** One pass over flows of 1,000 Services; each stale flow has an endpoint of its own. */
export async function conntrackBenchmark(): Promise<void> {
  const rows: string[][] = [];
  for (const [flows, stale] of [
    [10_000, 1_000],
    [100_000, 0],
    [100_000, 10_000],
  ] as const) {
    const figures = await inOwnNetwork<ConntrackFigures>('conntrack/pass.ts', [String(flows), String(stale)]);
    if (figures.deleted !== stale) throw new Error(`deleted ${figures.deleted} of ${stale} stale flows`);
    rows.push([
      flows.toLocaleString('en'),
      stale.toLocaleString('en'),
      `${Math.round(figures.milliseconds)} ms`,
      `${Math.round(figures.longestTurn)} ms`,
    ]);
  }
  process.stdout.write(markdownTable(['UDP flows', 'stale', 'one pass', 'event loop blocked at most'], rows));
}
