import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg, release, totalmem } from 'node:os';
import { inOwnNetwork } from '../own-network.ts';
import { type DataplaneOptions, dataplaneOptions } from './options.ts';
import { dataplaneReport } from './report.ts';
import type { RoundsResult } from './rounds.ts';
import { summarize } from './summary.ts';

/**
 * New connections through the rules of a node, by mode and number of Services, beside the pod's own address, and beside those
 * of the kube-proxy that KUBE_PROXY names. `--seconds N`, `--rounds N`, `--services N,N`, `--modes MODE,MODE`,
 * `--kube-proxy-seconds N`.
 */
export async function dataplaneBenchmark(args: readonly string[]): Promise<void> {
  const options = readyOptions(args);
  if (options === undefined) return;
  const description = machine(options);
  if (options.kubeProxy === undefined) process.stderr.write(`${kubeProxyVersion(options)}\n`);
  const task = JSON.stringify(options);
  const { samples, leftOut } = await inOwnNetwork<RoundsResult>('dataplane/rounds.ts', [task]);
  process.stdout.write(`${description}\n\n${dataplaneReport(summarize(samples))}`);
  for (const sentence of leftOut) process.stdout.write(`\n${sentence}\n`);
}

/** The options, where they are good and everything is installed; else says what is wrong. */
function readyOptions(args: readonly string[]): DataplaneOptions | undefined {
  try {
    const options = dataplaneOptions(args, process.env);
    const missing = missingPackages();
    if (missing.length > 0)
      throw new Error(`programs are missing; as root: apt-get install ${missing.join(' ')}`);
    if (options.kubeProxy !== undefined && !canRun(options.kubeProxy.binary))
      throw new Error(`KUBE_PROXY: must name a program that can be run, got "${options.kubeProxy.binary}"`);
    return options;
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 2;
    return undefined;
  }
}

/** Programs that the measurement needs, and Debian's packages of them. */
const programs = {
  wrk: 'wrk',
  nginx: 'nginx',
  tcpdump: 'tcpdump',
  conntrack: 'conntrack',
  nft: 'nftables',
  iptables: 'iptables',
  ip: 'iproute2',
  taskset: 'util-linux',
} as const;

function missingPackages(): readonly string[] {
  return Object.entries(programs).flatMap(([program, name]) => (canRun(program) ? [] : [name]));
}

function canRun(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
}

/**
 * The load is that of the last minute: on a machine that is busy with something else the figures mean
 * little.
 */
function machine(options: DataplaneOptions): string {
  const [nft, iptables, wrk] = ['nft', 'iptables', 'wrk'].map(versionOf);
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [
    `${availableParallelism()} cores, ${memory}, load ${loadavg()[0]?.toFixed(1)} before`,
    `Linux ${release()}, nftables ${nft}, iptables ${iptables}, wrk ${wrk}`,
    kubeProxyVersion(options),
  ].join('; ');
}

function kubeProxyVersion({ kubeProxy }: DataplaneOptions): string {
  if (kubeProxy === undefined) return 'kube-proxy not measured, KUBE_PROXY is not set';
  return `kube-proxy ${versionOf(kubeProxy.binary)}`;
}

/**
 * What follows the name in the first line that a program says about itself; wrk does so on a wrong option.
 */
function versionOf(program: string): string {
  const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return /\bv?(\d+(?:\.\d+)+)/.exec(`${stdout}${stderr}`)?.[1] ?? 'of unknown version';
}
