import type { ProxyConfig } from '../config/proxy-config.ts';
import { type Address, familyOf, isLoopback } from '../net/address.ts';
import { type Cidr, cidrContains, cidrFamily, isZeroCidr } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';
import type { FamilyPlans } from '../plan/plan-change.ts';
import type { NodeRecord } from '../state/records.ts';
import type { IptablesOptions, PacketCounter } from './options.ts';
import type { LocalDetector } from './rule-text.ts';

/** What the machine can do and has, as far as rules depend on it. */
export interface NodeFacts {
  /** All addresses of the node's interfaces. */
  readonly localAddresses: readonly Address[];
  /** The node's own address, one a family. */
  readonly nodeIPs: Partial<Record<Family, Address>>;
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
  const ranges = nodePortRanges(family, config, facts);
  return {
    family,
    masqueradeBit: config.iptables.masqueradeBit,
    masqueradeAll: config.iptables.masqueradeAll,
    localDetector: localDetector(family, config, facts.node),
    localhostNodePorts: servesLocalhost(family, config, ranges),
    nodePortAddresses:
      ranges === 'all'
        ? 'all'
        : facts.localAddresses.filter((address) => ranges.some((range) => cidrContains(range, address))),
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
    ranges.some((range) => isLoopback(networkOf(range)) || cidrContains(range, loopbackStart))
  );
}

/** The ranges that node ports answer in; a family that no range is of answers everywhere, as in kube-proxy. */
export function nodePortRanges(
  family: Family,
  { nodePortAddresses }: ProxyConfig,
  { nodeIPs }: Pick<NodeFacts, 'nodeIPs'>,
): 'all' | readonly Cidr[] {
  const ranges =
    nodePortAddresses.kind === 'cidrs'
      ? nodePortAddresses.cidrs
      : nodePortAddresses.kind === 'primary'
        ? Object.values(nodeIPs).map(singleAddress)
        : [];
  const own = ranges.filter((range) => cidrFamily(range) === family);
  return own.length === 0 || own.some(isZeroCidr) ? 'all' : own;
}

const loopbackStart = '127.0.0.0' as Address;

function networkOf(range: Cidr): Address {
  return range.slice(0, range.indexOf('/')) as Address;
}

function singleAddress(address: Address): Cidr {
  return `${address}/${familyOf(address) === 'IPv4' ? 32 : 128}` as Cidr;
}

function localDetector(
  family: Family,
  { detectLocal }: ProxyConfig,
  node: NodeRecord | undefined,
): LocalDetector | undefined {
  switch (detectLocal.mode) {
    case 'ClusterCIDR':
      return byCidr(detectLocal.cidrs[family]);
    case 'NodeCIDR':
      return byCidr(node?.podCIDRs.find((cidr) => cidrFamily(cidr) === family));
    case 'BridgeInterface':
      return { by: 'interface', interface: detectLocal.interface };
    case 'InterfaceNamePrefix':
      return { by: 'interface', interface: `${detectLocal.prefix}+` };
  }
}

function byCidr(cidr: Cidr | undefined): LocalDetector | undefined {
  return cidr === undefined ? undefined : { by: 'cidr', cidr };
}

function countEndpoints(plans: FamilyPlans): number {
  let count = 0;
  for (const ports of plans.values()) for (const { endpoints } of ports) count += endpoints.reachable.length;
  return count;
}
