import fc from 'fast-check';
import type { InterfaceName, InterfaceNamePrefix } from '../../../src/config/interface-name.ts';
import type { IptablesOptions } from '../../../src/iptables/iptables-options.ts';
import type { BatchSize } from '../../../src/iptables/restore-input.ts';
import type { Address } from '../../../src/net/address.ts';
import type { Family } from '../../../src/net/family.ts';
import type { NftablesOptions } from '../../../src/nftables/nftables-options.ts';
import { type LocalDetector, localDetector } from '../../../src/plan/local-detector.ts';
import { nodeIPs } from '../../../src/plan/node-ips.ts';
import { addressesIn, nodePortRanges } from '../../../src/plan/node-ports.ts';
import type { ClusterState } from '../../../src/state/cluster-state.ts';
import type { NodeRecord } from '../../../src/state/records.ts';
import { address, cidr } from '../records.ts';
import { type Facts, factsFrom } from './facts.ts';

/** A configuration of both modes and a node's surroundings, as plain data: a history's fixture begins with them. */
export interface Settings {
  readonly masqueradeBit: number;
  readonly masqueradeAll: boolean;
  readonly detector: 'none' | 'cluster' | 'node' | 'interface' | 'prefix';
  readonly nodePorts: 'all' | 'primary' | 'one' | 'two' | 'nowhere';
  readonly localhostNodePorts: boolean;
  /** The node has the load balancer's address, as with agents that bring it there. */
  readonly holdsLoadBalancer: boolean;
  readonly thinComments: boolean;
  /** The kernel counts packets to node ports on localhost (nfacct). */
  readonly countsLocalhost: boolean;
  /** Services in one call of iptables-restore. */
  readonly batchSize: BatchSize;
}

/** The usual ones come first: failures shrink to them. */
export const anySettings: fc.Arbitrary<Settings> = fc.record({
  masqueradeBit: fc.constantFrom(14, 0, 15, 31),
  masqueradeAll: fc.boolean(),
  detector: fc.constantFrom('cluster', 'cluster', 'none', 'node', 'interface', 'prefix'),
  nodePorts: fc.constantFrom('all', 'primary', 'one', 'two', 'nowhere'),
  localhostNodePorts: fc.boolean(),
  holdsLoadBalancer: fc.boolean(),
  thinComments: fc.boolean(),
  countsLocalhost: fc.boolean(),
  batchSize: fc.constantFrom<BatchSize[]>('all', 1, 3),
});

export const nodeAddresses: readonly Address[] = [
  '192.168.50.10',
  '192.168.60.10',
  '2001:db8:50::10',
  '2001:db8:60::10',
].map(address);

const loadBalancerAddresses: readonly Address[] = ['203.0.113.1', '2001:db8::1'].map(address);

const unspecified = address('0.0.0.0');

const answering = {
  one: ['192.168.60.0/24', '127.0.0.0/8', '2001:db8:60::/64'].map(cidr),
  two: ['192.168.0.0/16', '2001:db8:50::/64', '2001:db8:60::/64', '::1/128'].map(cidr),
  nowhere: ['192.0.2.0/24', '2001:db8:2::/64'].map(cidr),
};

const clusterCIDR = { IPv4: cidr('10.0.0.0/8'), IPv6: cidr('fd00:10::/32') };

const loopback: readonly Address[] = ['127.0.0.1', '::1'].map(address);

/** What both modes' rules depend on, in one family. */
function commonOptions(settings: Settings, family: Family, node: NodeRecord | undefined) {
  const ranges = nodePortRanges(family, nodePortAddresses(settings), nodeIPs(unspecified, node));
  return {
    family,
    masqueradeBit: settings.masqueradeBit,
    masqueradeAll: settings.masqueradeAll,
    localDetector: detector(settings, family, node),
    nodePortAddresses: addressesIn(ranges, localAddresses(settings)),
  };
}

export function iptablesOptionsOf(settings: Settings, family: Family, state: ClusterState): IptablesOptions {
  return {
    ...commonOptions(settings, family, state.node),
    localhostNodePorts: settings.localhostNodePorts && family === 'IPv4',
    dropInvalid: true,
    randomFully: true,
    packetCounters: new Set(settings.countsLocalhost ? ['localhost_nps_accepted_pkts'] : []),
    thinComments: settings.thinComments,
  };
}

export function nftablesOptionsOf(settings: Settings, family: Family, state: ClusterState): NftablesOptions {
  const { nodePortAddresses: answering, ...common } = commonOptions(settings, family, state.node);
  return {
    ...common,
    nodePortAddresses: answering === 'all' ? 'all' : answering.filter((one) => !loopback.includes(one)),
    serviceCIDRs: [...state.serviceCIDRs]
      .flatMap(({ cidrs }) => cidrs)
      .filter((one) => one.includes(':') === (family === 'IPv6')),
  };
}

export function factsOf(settings: Settings, family: Family, state: ClusterState): Facts {
  const options = {
    ...nftablesOptionsOf(settings, family, state),
    ...iptablesOptionsOf(settings, family, state),
  };
  return factsFrom(
    options,
    localAddresses(settings).filter((one) => !loopback.includes(one)),
  );
}

function localAddresses({ holdsLoadBalancer }: Settings): readonly Address[] {
  return [...nodeAddresses, ...(holdsLoadBalancer ? loadBalancerAddresses : []), ...loopback];
}

function nodePortAddresses({ nodePorts }: Settings) {
  switch (nodePorts) {
    case 'all':
    case 'primary':
      return { kind: nodePorts };
    default:
      return { kind: 'cidrs' as const, cidrs: answering[nodePorts] };
  }
}

function detector(
  settings: Settings,
  family: Family,
  node: NodeRecord | undefined,
): LocalDetector | undefined {
  switch (settings.detector) {
    case 'none':
      return undefined;
    case 'cluster':
      return { by: 'cidr', cidr: clusterCIDR[family] };
    case 'node':
      return localDetector(family, { mode: 'NodeCIDR' }, node);
    case 'interface':
      return { by: 'interface', interface: 'cni0' as InterfaceName };
    case 'prefix':
      return { by: 'interface-prefix', prefix: 'cni' as InterfaceNamePrefix };
  }
}

/** The node's own address in each family, first by the Node object. */
export function ownAddresses(state: ClusterState) {
  return nodeIPs(unspecified, state.node);
}
