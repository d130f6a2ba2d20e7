import { parseArgs } from 'node:util';
import { clusterSize } from '../nftables/options.ts';
import type { ClusterSize } from '../objects.ts';

export interface SustainedOptions {
  readonly size: ClusterSize;
  /** How long changes go on. */
  readonly seconds: number;
  /** Changes a second. */
  readonly rate: number;
}

/** Reads the arguments of the benchmark; throws an Error that names the option and what is allowed. */
export function sustainedOptions(args: readonly string[]): SustainedOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: { type: 'string', default: '10000x10' },
      seconds: { type: 'string', default: '300' },
      rate: { type: 'string', default: '200' },
    },
  });
  return {
    size: clusterSize(values.size),
    seconds: wholeNumber('seconds', values.seconds, 86_400),
    rate: wholeNumber('rate', values.rate, 10_000),
  };
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  throw new Error(`--${option}: must be a whole number from 1 to ${most}, got "${text}"`);
}
