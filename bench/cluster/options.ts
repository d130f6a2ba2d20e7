import { parseArgs } from 'node:util';
import { clusterSize } from '../nftables/options.ts';
import type { ClusterSize } from '../objects.ts';

export type ProxyName = 'Portolan' | 'kube-proxy';
export type ProxyMode = 'nftables' | 'iptables';

export interface ClusterBenchOptions {
  readonly sizes: readonly ClusterSize[];
  readonly modes: readonly ProxyMode[];
  readonly proxies: readonly ProxyName[];
  /** PATCHes of an endpoint, one after another. */
  readonly changes: number;
  /** Write CPU profiles of Portolan, which make it slower. */
  readonly profile: boolean;
}

const usualSizes: readonly ClusterSize[] = [
  { services: 1_000, endpoints: 10 },
  { services: 10_000, endpoints: 10 },
];

/** Reads the arguments of the benchmark; throws an Error that says what is allowed. */
export function clusterBenchOptions(args: readonly string[]): ClusterBenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      changes: { type: 'string', default: '300' },
      iptables: { type: 'boolean', default: false },
      'kube-proxy': { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  return {
    sizes: positionals.length === 0 ? usualSizes : positionals.map(clusterSize),
    modes: values.iptables ? ['nftables', 'iptables'] : ['nftables'],
    proxies: values['kube-proxy'] ? ['Portolan', 'kube-proxy'] : ['Portolan'],
    changes: changeCount(values.changes),
    profile: values.profile,
  };
}

function changeCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= mostChanges) return count;
  throw new Error(`--changes is a number from 1 to ${mostChanges}, got "${text}"`);
}

/** The addresses of new endpoints end there. */
const mostChanges = 10_000;
