import { parseArgs } from 'node:util';

/** What can stand between a client and a pod; `none` is a node that only forwards. */
export type Rules = 'none' | Mode;

export type Mode = (typeof modes)[number];

const modes = ['iptables-nft', 'iptables-legacy', 'nftables'] as const;

export interface DataplaneOptions {
  /** How long one measurement of connections per second takes. */
  readonly seconds: number;
  /** How often each figure is measured. */
  readonly rounds: number;
  /** How many Services the clusters have. */
  readonly services: readonly number[];
  readonly modes: readonly Mode[];
}

/** Reads the arguments of the benchmark; throws an Error that names the option and what is allowed. */
export function dataplaneOptions(args: readonly string[]): DataplaneOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '5' },
      services: { type: 'string', default: '10,1000,10000' },
      modes: { type: 'string', default: modes.join(',') },
    },
  });
  return {
    seconds: wholeNumber('seconds', values.seconds, 600),
    rounds: wholeNumber('rounds', values.rounds, 100),
    services: distinct(values.services, (text) => wholeNumber('services', text, 100_000)),
    modes: distinct(values.modes, mode),
  };
}

function distinct<T>(list: string, parse: (text: string) => T): readonly T[] {
  return [...new Set(list.split(',').map(parse))];
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  throw new Error(`--${option}: must be a whole number from 1 to ${most}, got "${text}"`);
}

function mode(text: string): Mode {
  const found = modes.find((known) => known === text);
  if (found === undefined) throw new Error(`--modes: allowed are ${modes.join(', ')}, got "${text}"`);
  return found;
}
