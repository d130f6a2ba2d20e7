import type { ProxyConfig } from '../config/proxy-config.ts';
import { type Address, isLoopback } from '../net/address.ts';
import { type Cidr, cidrContains, networkAddress } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';
import { localDetector } from '../plan/local-detector.ts';
import type { NodeIPs } from '../plan/node-ips.ts';
import { addressesIn, nodePortRanges } from '../plan/node-ports.ts';
import type { FamilyPlans } from '../plan/plan-change.ts';
import type { NodeRecord } from '../state/records.ts';
import type { IptablesOptions, PacketCounter } from './iptables-options.ts';

/** What the machine can do and has, as far as rules depend on it. */
export interface NodeFacts {
  /** All addresses of the node's interfaces. */
  readonly localAddresses: readonly Address[];
  /** The node's own address, one a family. */
  readonly nodeIPs: NodeIPs;
  readonly node: NodeRecord | undefined;
  readonly tcpBeLiberal: boolean;
  readonly randomFully: boolean;
  readonly packetCounters: ReadonlySet<PacketCounter>;
}

/** More endpoints than this, and comments that every endpoint repeats are left out (kube-proxy's bound). */
const largeClusterEndpoints = 1000;

/** The options of one family's rules, from the configuration and the node. */
export function iptablesOptions(
  family: Family,
  config: ProxyConfig,
  facts: NodeFacts,
  plans: FamilyPlans,
): IptablesOptions {
  const ranges = nodePortRanges(family, config.nodePortAddresses, facts.nodeIPs);
  return {
    family,
    masqueradeBit: config.iptables.masqueradeBit,
    masqueradeAll: config.iptables.masqueradeAll,
    localDetector: localDetector(family, config.detectLocal, facts.node),
    localhostNodePorts: servesLocalhost(family, config, ranges),
    nodePortAddresses: addressesIn(ranges, facts.localAddresses),
    dropInvalid: !facts.tcpBeLiberal,
    randomFully: facts.randomFully,
    packetCounters: facts.packetCounters,
    thinComments: countEndpoints(plans) > largeClusterEndpoints,
  };
}

/** IPv4 loopback node ports need route_localnet; IPv6 has nothing like it. */
export function servesLocalhost(
  family: Family,
  config: ProxyConfig,
  ranges: 'all' | readonly Cidr[],
): boolean {
  if (family === 'IPv6' || !config.iptables.localhostNodePorts) return false;
  return (
    ranges === 'all' ||
    ranges.some((range) => isLoopback(networkAddress(range)) || cidrContains(range, loopbackStart))
  );
}

const loopbackStart = '127.0.0.0' as Address;

function countEndpoints(plans: FamilyPlans): number {
  let count = 0;
  for (const ports of plans.values()) for (const { endpoints } of ports) count += endpoints.reachable.length;
  return count;
}
