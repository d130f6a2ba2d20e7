import type { ChangeFigures } from './changes.ts';
import type { CodecFigures } from './codec.ts';
import type { RunFigures } from './figures.ts';
import type { ProductFigures } from './product.ts';
import { median, medianQuantiles } from './quantiles.ts';
import type { StandingFigures } from './standing.ts';

/** What one process takes, once. */
interface Use {
  readonly seconds: number;
  readonly peakMemory: number;
}

/** Of the floor, and of scrapes: the peak of memory is that of one of them after one start, so the median counts of it, too. */
export function medianUse(rounds: readonly Use[]): Use {
  return {
    seconds: median(rounds.map(({ seconds }) => seconds)),
    peakMemory: median(rounds.map(({ peakMemory }) => peakMemory)),
  };
}

export function medianCodec(rounds: readonly CodecFigures[]): CodecFigures {
  return {
    inLoop: median(rounds.map(({ inLoop }) => inLoop)),
    apart: median(rounds.map(({ apart }) => apart)),
  };
}

/** Of memory the highest counts. */
export function medianRun(rounds: readonly ProductFigures[]): RunFigures {
  return {
    firstSync: median(rounds.map(({ firstSync }) => firstSync)),
    cpu: median(rounds.map(({ cpu }) => cpu)),
    peakMemory: Math.max(...rounds.map(({ peakMemory }) => peakMemory)),
    fileChange: median(rounds.flatMap(({ fileChanges }) => fileChanges)),
  };
}

export function medianChanges(rounds: readonly ChangeFigures[]): ChangeFigures {
  return {
    replaced: medianQuantiles(rounds.map(({ replaced }) => replaced)),
    removed: medianQuantiles(rounds.map(({ removed }) => removed)),
    added: medianQuantiles(rounds.map(({ added }) => added)),
    serviceAdded: medianQuantiles(rounds.map(({ serviceAdded }) => serviceAdded)),
    thousand: median(rounds.map(({ thousand }) => thousand)),
  };
}

/** Untouched is what no round has touched. */
export function medianStanding(rounds: readonly StandingFigures[]): StandingFigures {
  return {
    restart: median(rounds.map(({ restart }) => restart)),
    isUntouched: rounds.every(({ isUntouched }) => isUntouched),
    statusOfOne: median(rounds.map(({ statusOfOne }) => statusOfOne)),
    statusOfAll: median(rounds.map(({ statusOfAll }) => statusOfAll)),
  };
}
