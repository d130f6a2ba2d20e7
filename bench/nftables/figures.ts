import type { ClusterSize } from '../objects.ts';
import type { ChangeFigures } from './changes.ts';
import type { CodecFigures } from './codec.ts';
import type { Floor } from './floor.ts';
import type { Quantiles } from './quantiles.ts';
import type { ScrapeFigures } from './scrape.ts';
import type { StandingFigures } from './standing.ts';

/** All that is measured at one size. */
export interface NftablesFigures {
  readonly size: ClusterSize;
  readonly yardsticks: Yardsticks;
  /** Seconds of the first sync of IPv4. */
  readonly kernelPart: number;
  readonly run: RunFigures;
  readonly changes: ChangeFigures;
  /** The same where another program has `strangersChains` on the node. */
  readonly changesBesideStrangers: ChangeFigures;
  readonly standing: StandingFigures;
  readonly scrape: ScrapeFigures;
  /** With `--traffic-metrics`. */
  readonly trafficScrape: ScrapeFigures;
  /** Of the revision that is measured beside, if any. */
  readonly revision: RevisionFigures | undefined;
}

export const strangersChains = 5_000;

/** What the machine takes in any case; the goals are multiples of it. */
export interface Yardsticks {
  readonly floor: Floor;
  /** Seconds in which the command starts and programs tables without any Service. */
  readonly start: number;
  readonly codec: CodecFigures;
  /** The same where another program has `strangersChains` on the node: the kernel goes through them at each commit. */
  readonly codecBesideStrangers: CodecFigures;
}

/** `portolan run`. */
export interface RunFigures {
  /** Seconds from the start of the process until all rules are in force. */
  readonly firstSync: number;
  /** CPU seconds until then. */
  readonly cpu: number;
  /** Megabytes of resident memory, at most. */
  readonly peakMemory: number;
  /** Milliseconds from an endpoint replaced in a file until that is in force, p50. */
  readonly fileChange: number;
}

/** What can be measured of any revision. */
export interface RevisionFigures {
  readonly name: string;
  readonly run: RunFigures;
  /** Milliseconds, of an endpoint replaced; `undefined` where the revision has no benchmark of changes. */
  readonly replaced: Quantiles | undefined;
}
