import { release } from 'node:os';
import type { ProxyConfig } from '../../config/proxy-config.ts';
import type { NodeFacts } from '../../iptables/derive-iptables-options.ts';
import type { PacketCounter } from '../../iptables/iptables-options.ts';
import { nodeIPs } from '../../plan/node-ips.ts';
import type { NodeRecord } from '../../state/records.ts';
import { localAddresses } from './node-addresses.ts';
import { readSysctl } from './sysctl.ts';

/** Looks at the machine as it is now. */
export async function lookAtNode(
  config: ProxyConfig,
  node: NodeRecord | undefined,
  packetCounters: ReadonlySet<PacketCounter>,
): Promise<NodeFacts> {
  const liberal = (await readSysctl('net/netfilter/nf_conntrack_tcp_be_liberal')) ?? 0;
  return {
    localAddresses: localAddresses(),
    nodeIPs: nodeIPs(config.bindAddress, node),
    node,
    tcpBeLiberal: config.conntrack.tcpBeLiberal || liberal !== 0,
    randomFully: hasRandomFully(release()),
    packetCounters,
  };
}

/** `MASQUERADE --random-fully` came with Linux 3.14; every iptables that still has -w knows it. */
export function hasRandomFully(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  return major > 3 || (major === 3 && minor >= 14);
}
