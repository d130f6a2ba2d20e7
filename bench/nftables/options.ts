import { parseArgs } from 'node:util';
import type { ClusterSize } from '../objects.ts';

export type NftablesBenchOptions =
  | {
      readonly task: 'measure';
      readonly sizes: readonly ClusterSize[];
      /** The git revision to measure beside this checkout. */
      readonly against: string | undefined;
    }
  | { readonly task: 'profile'; readonly size: ClusterSize };

const usualSizes: readonly ClusterSize[] = [
  { services: 1_000, endpoints: 10 },
  { services: 10_000, endpoints: 10 },
  { services: 5_000, endpoints: 50 },
  { services: 45_000, endpoints: 1 },
];

/** Reads the arguments of the benchmark; throws an Error that says what is allowed. */
export function nftablesBenchOptions(args: readonly string[]): NftablesBenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { profile: { type: 'string' }, against: { type: 'string' } },
    allowPositionals: true,
  });
  if (values.profile !== undefined) return { task: 'profile', size: clusterSize(values.profile) };
  const sizes = positionals.length === 0 ? usualSizes : positionals.map(clusterSize);
  return { task: 'measure', sizes, against: values.against };
}

/** Reads `1000x10`: Services, and endpoints of each. */
export function clusterSize(text: string): ClusterSize {
  const [, services = 0, endpoints = 0] = (/^(\d+)x(\d+)$/.exec(text) ?? []).map(Number);
  const fits =
    services >= 1 && endpoints >= 1 && services <= 100_000 && services * endpoints <= mostEndpoints;
  if (fits) return { services, endpoints };
  throw new Error(
    `a size is SERVICESxENDPOINTS with 1 to 100000 Services and at most ${mostEndpoints} endpoints in all, such as 1000x10; got "${text}"`,
  );
}

/** The generated addresses end there. */
const mostEndpoints = 1_000_000;

/** A size as tables show it. */
export function formatSize({ services, endpoints }: ClusterSize): string {
  return `${services.toLocaleString('en')} × ${endpoints}`;
}

export function isSize(size: ClusterSize, services: number, endpoints: number): boolean {
  return size.services === services && size.endpoints === endpoints;
}
