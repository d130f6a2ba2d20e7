import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { ConntrackConfig, ProxyConfig } from '../config/proxy-config.ts';
import { servesLocalhost } from '../iptables/derive-options.ts';
import { nodeIPs } from '../plan/node-ips.ts';
import { nodePortRanges } from '../plan/node-ports.ts';
import type { NodeRecord } from '../state/records.ts';
import { keepForCleanup } from './kept-settings.ts';
import { ensureSysctl, readSysctl } from './sysctl.ts';

/** A kernel setting, and the field of the configuration that asks for it. */
interface Setting {
  readonly path: string;
  readonly value: number;
  readonly field: string;
}

/** Sets the kernel settings that the configuration asks for. What cannot be set is a warning; the rest goes on. */
export async function prepareNode(
  config: ProxyConfig,
  node: NodeRecord | undefined,
  warn: (message: string) => void,
): Promise<void> {
  for (const setting of [...localhostSettings(config, node), ...conntrackSettings(config.conntrack)]) {
    await apply(setting, warn);
  }
  await writeFile('/proc/self/oom_score_adj', String(config.oomScoreAdj)).catch((error: Error) =>
    warn(`oomScoreAdj: cannot be set to ${config.oomScoreAdj}: ${error.message}`),
  );
}

/** The kernel lets 127.0.0.0/8 out of the loopback interface only with route_localnet. */
function localhostSettings(config: ProxyConfig, node: NodeRecord | undefined): readonly Setting[] {
  const ranges = nodePortRanges('IPv4', config.nodePortAddresses, nodeIPs(config.bindAddress, node));
  if (config.mode !== 'iptables' || !servesLocalhost('IPv4', config, ranges)) return [];
  return [{ path: 'net/ipv4/conf/all/route_localnet', value: 1, field: 'iptables.localhostNodePorts' }];
}

/** Zero leaves a setting as it is. */
function conntrackSettings(conntrack: ConntrackConfig): readonly Setting[] {
  const most =
    conntrack.maxPerCore === 0 ? 0 : Math.max(conntrack.maxPerCore * availableParallelism(), conntrack.min);
  const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
  const settings: readonly Setting[] = [
    { path: 'nf_conntrack_max', value: most, field: 'maxPerCore' },
    {
      path: 'nf_conntrack_tcp_timeout_established',
      value: seconds(conntrack.tcpEstablishedTimeout),
      field: 'tcpEstablishedTimeout',
    },
    {
      path: 'nf_conntrack_tcp_timeout_close_wait',
      value: seconds(conntrack.tcpCloseWaitTimeout),
      field: 'tcpCloseWaitTimeout',
    },
    { path: 'nf_conntrack_tcp_be_liberal', value: conntrack.tcpBeLiberal ? 1 : 0, field: 'tcpBeLiberal' },
    { path: 'nf_conntrack_udp_timeout', value: seconds(conntrack.udpTimeout), field: 'udpTimeout' },
    {
      path: 'nf_conntrack_udp_timeout_stream',
      value: seconds(conntrack.udpStreamTimeout),
      field: 'udpStreamTimeout',
    },
  ];
  return settings
    .filter(({ value }) => value > 0)
    .map(({ path, value, field }) => ({ path: `net/netfilter/${path}`, value, field: `conntrack.${field}` }));
}

async function apply({ path, value, field }: Setting, warn: (message: string) => void): Promise<void> {
  const before = await readSysctl(path);
  if (before === value) return;
  try {
    await ensureSysctl(path, value);
    if (before !== undefined) await keepForCleanup(path, before);
  } catch (error) {
    warn(`${field}: ${path} cannot be set to ${value}: ${error instanceof Error ? error.message : error}`);
  }
}
