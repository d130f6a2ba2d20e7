import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { ConntrackConfig, ProxyConfig } from '../../config/proxy-config.ts';
import { servesLocalhost } from '../../iptables/derive-iptables-options.ts';
import { nodeIPs } from '../../plan/node-ips.ts';
import { nodePortRanges } from '../../plan/node-ports.ts';
import type { NodeRecord } from '../../state/records.ts';
import { forgetKept, keepForCleanup } from './kept-settings.ts';
import { readSetting, writeSetting } from './sysctl.ts';

/**
 * Sets the kernel settings that the configuration asks for, as kube-proxy does; one that has its value already is not
 * written. What cannot be set does not stop the rest: there is one warning for each cause, with all settings it concerns.
 */
export async function prepareNode(
  config: ProxyConfig,
  node: NodeRecord | undefined,
  warn: (message: string) => void,
): Promise<void> {
  const faults: Fault[] = [];
  for (const chain of [...localhostSettings(config, node), ...conntrackSettings(config.conntrack)]) {
    faults.push(...(await applyChain(chain)));
  }
  for (const message of describeFaults(faults)) warn(message);
  await adjustOomScore(config.oomScoreAdj).catch((error: Error) =>
    warn(`oomScoreAdj: cannot be set to ${config.oomScoreAdj}: ${error.message}`),
  );
}

/** A kernel setting, and the field of the configuration that asks for it. */
interface Setting {
  /** Below /proc/sys, or a whole path. */
  readonly path: string;
  readonly value: number;
  /** A setting that may be larger is left alone then. */
  readonly rule: 'exactly' | 'at least';
  readonly field: string;
}

/** Settings of which each makes sense only where the one before it is in force. */
type Chain = readonly Setting[];

/** Why settings are not as they should be. */
interface Fault {
  readonly cause: string;
  readonly field: string;
  /** What it is about, in a few words. */
  readonly setting: string;
}

/** The kernel lets 127.0.0.0/8 out of the loopback interface only with route_localnet. */
function localhostSettings(config: ProxyConfig, node: NodeRecord | undefined): readonly Chain[] {
  const ranges = nodePortRanges('IPv4', config.nodePortAddresses, nodeIPs(config.bindAddress, node));
  if (config.mode !== 'iptables' || !servesLocalhost('IPv4', config, ranges)) return [];
  const path = 'net/ipv4/conf/all/route_localnet';
  return [[{ path, value: 1, rule: 'exactly', field: 'iptables.localhostNodePorts' }]];
}

/** Zero leaves a setting as it is. */
function conntrackSettings(conntrack: ConntrackConfig): readonly Chain[] {
  const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
  const timeouts = {
    nf_conntrack_tcp_timeout_established: ['tcpEstablishedTimeout', seconds(conntrack.tcpEstablishedTimeout)],
    nf_conntrack_tcp_timeout_close_wait: ['tcpCloseWaitTimeout', seconds(conntrack.tcpCloseWaitTimeout)],
    nf_conntrack_tcp_be_liberal: ['tcpBeLiberal', conntrack.tcpBeLiberal ? 1 : 0],
    nf_conntrack_udp_timeout: ['udpTimeout', seconds(conntrack.udpTimeout)],
    nf_conntrack_udp_timeout_stream: ['udpStreamTimeout', seconds(conntrack.udpStreamTimeout)],
  } as const;
  const chains = Object.entries(timeouts)
    .filter(([, [, value]]) => value > 0)
    .map(
      ([name, [field, value]]): Chain => [{ ...conntrackSetting(name, value), field: `conntrack.${field}` }],
    );
  // Not availableParallelism: a limit on this container's processors says nothing about the node's connections.
  return [tableSettings(conntrackMax(conntrack, cpus().length)), ...chains];
}

/** kube-proxy's limit for what is reckoned from the cores; `min` may ask for more. */
const mostReckoned = 1_048_576;

/** The most connections that the kernel shall track; 0 leaves its limit as it is. */
export function conntrackMax(
  { maxPerCore, min }: Pick<ConntrackConfig, 'maxPerCore' | 'min'>,
  cores: number,
): number {
  if (maxPerCore === 0) return 0;
  const reckoned = maxPerCore * cores;
  return reckoned > mostReckoned ? mostReckoned : Math.max(reckoned, min);
}

/** With more than four entries a bucket, each packet's look-up gets slow. */
function tableSettings(most: number): Chain {
  if (most === 0) return [];
  const field = 'conntrack.maxPerCore';
  const hashsize = '/sys/module/nf_conntrack/parameters/hashsize';
  return [
    { ...conntrackSetting('nf_conntrack_max', most), field },
    { path: hashsize, value: Math.floor(most / 4), rule: 'at least', field },
  ];
}

function conntrackSetting(name: string, value: number) {
  return { path: `net/netfilter/${name}`, value, rule: 'exactly' } as const;
}

async function applyChain([first, ...rest]: Chain): Promise<readonly Fault[]> {
  if (first === undefined) return [];
  try {
    const before = await readSetting(first.path);
    const isInForce = first.rule === 'exactly' ? before === first.value : before >= first.value;
    const faults = isInForce ? [] : await change(first, before);
    return [...faults, ...(await applyChain(rest))];
  } catch (error) {
    return [{ cause: causeOf(error), field: first.field, setting: `${first.path} = ${first.value}` }];
  }
}

/** Throws where the setting cannot be written; that its former value cannot be remembered is less. */
async function change({ path, value, field }: Setting, before: number): Promise<readonly Fault[]> {
  // Before it is lost: whatever ends this process in between, cleanup finds it.
  const kept = await keepForCleanup(path, before).catch((error: Error) => error);
  try {
    await writeSetting(path, value);
  } catch (error) {
    if (kept === true) await forgetKept(path);
    throw error;
  }
  if (!(kept instanceof Error)) return [];
  const cause = `set, but cleanup will not put back what was there (${kept.message})`;
  return [{ cause, field, setting: `${path} = ${before}` }];
}

const elsewhere =
  'set it on the machine, or by "run --init-only" in a privileged container that starts first';
/** A network namespace lacks the limits of the whole machine, or may read them only. */
const notAllowed = `not permitted here: ${elsewhere}`;
const causes: Readonly<Record<string, string>> = {
  EROFS: `read-only here: ${elsewhere}`,
  ENOENT: 'the kernel has no such setting here; the module nf_conntrack may not be loaded',
  EACCES: notAllowed,
  EPERM: notAllowed,
  ENOTSUP: notAllowed,
};

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return causes[code] ?? error.message;
}

function describeFaults(faults: readonly Fault[]): readonly string[] {
  return [...Map.groupBy(faults, ({ cause }) => cause)].map(([cause, together]) => {
    const fields = new Set(together.map(({ field }) => field));
    const settings = together.map(({ setting }) => setting);
    return `${[...fields].join(', ')}: ${settings.join(', ')}: ${cause}`;
  });
}

/** The lower, the later the kernel ends this process for want of memory: -1000 to 1000. */
async function adjustOomScore(score: number): Promise<void> {
  const file = '/proc/self/oom_score_adj';
  if (Number.parseInt(await readFile(file, 'utf8'), 10) === score) return;
  await writeFile(file, String(score));
}
