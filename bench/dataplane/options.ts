import { parseArgs } from 'node:util';

/** What stands between a client and a pod; `none` is a node that only forwards. */
export type Rules = 'none' | ProxyRules;

export interface ProxyRules {
  readonly proxy: 'Portolan' | 'kube-proxy';
  readonly mode: Mode;
}

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
  /** What is measured beside Portolan. */
  readonly kubeProxy: KubeProxyOptions | undefined;
}

export interface KubeProxyOptions {
  readonly binary: string;
  /** How long it may take to make its rules. */
  readonly seconds: number;
}

/**
 * Reads the arguments of the benchmark, and of the environment KUBE_PROXY; throws an Error that names the option and what is
 * allowed.
 */
export function dataplaneOptions(args: readonly string[], environment: NodeJS.ProcessEnv): DataplaneOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '5' },
      services: { type: 'string', default: '10,1000,10000' },
      modes: { type: 'string', default: modes.join(',') },
      'kube-proxy-seconds': { type: 'string', default: '300' },
    },
  });
  const binary = environment.KUBE_PROXY ?? '';
  const kubeProxySeconds = wholeNumber('kube-proxy-seconds', values['kube-proxy-seconds'], 3_600);
  return {
    seconds: wholeNumber('seconds', values.seconds, 600),
    rounds: wholeNumber('rounds', values.rounds, 100),
    services: distinct(values.services, (text) => wholeNumber('services', text, 100_000)),
    modes: distinct(values.modes, mode),
    kubeProxy: binary === '' ? undefined : { binary, seconds: kubeProxySeconds },
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
