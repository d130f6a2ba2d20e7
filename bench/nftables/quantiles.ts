/** Of measured times, in the unit in which they were measured. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** The smallest values that so many of all values do not exceed. Throws where there is no value. */
export function quantilesOf(values: Iterable<number>): Quantiles {
  const sorted = Float64Array.from(values).sort();
  const quantile = (share: number): number => {
    const value = sorted[Math.ceil(sorted.length * share) - 1];
    if (value === undefined) throw new Error('nothing was measured');
    return value;
  };
  return { p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) };
}

export function median(values: Iterable<number>): number {
  return quantilesOf(values).p50;
}

/** Of several rounds: the median of each quantile, and what was slowest of all. */
export function medianQuantiles(rounds: readonly Quantiles[]): Quantiles {
  return {
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
    max: Math.max(...rounds.map(({ max }) => max)),
  };
}
