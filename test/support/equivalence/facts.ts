import { endpointChainName } from '../../../src/iptables/chain-names.ts';
import { type Address, familyOf, isLoopback } from '../../../src/net/address.ts';
import type { Cidr } from '../../../src/net/cidr.ts';
import type { Family, Protocol } from '../../../src/net/family.ts';
import type { LocalDetector } from '../../../src/plan/local-detector.ts';
import type { Endpoint, ServicePortName } from '../../../src/plan/service-plan.ts';
import type { NodeView } from '../../../src/trace/packet.ts';

/** What becomes of packets besides what the plans say: the node, and the settings of both modes, in one family. */
export interface Facts {
  readonly family: Family;
  /** The node's own addresses; of loopback ones all are, whether they stand here or not. */
  readonly localAddresses: readonly Address[];
  readonly masqueradeAll: boolean;
  readonly localDetector: LocalDetector | undefined;
  readonly nodePortAddresses: 'all' | readonly Address[];
  /** Only mode iptables has such node ports. */
  readonly localhostNodePorts: boolean;
  /** Only mode nftables looks at them. */
  readonly serviceCIDRs: readonly Cidr[];
  /** Clients that have been here before; nobody where it is absent. */
  readonly remembered?: readonly Remembered[];
}

/** A client that an endpoint of a Service with session affinity has had, and will have again. */
export interface Remembered {
  readonly client: Address;
  readonly service: ServicePortName;
  readonly protocol: Protocol;
  readonly endpoint: Endpoint;
}

/** The options of either backend, which do not say what belongs to the other one. */
export type RuleOptions = Omit<
  Facts,
  'localAddresses' | 'localhostNodePorts' | 'serviceCIDRs' | 'remembered'
> &
  Partial<Pick<Facts, 'localhostNodePorts' | 'serviceCIDRs'>>;

/** The facts of a node whose rules have these options. */
export function factsFrom(options: RuleOptions, localAddresses: readonly Address[]): Facts {
  const { family, masqueradeAll, localDetector, nodePortAddresses } = options;
  return {
    family,
    localAddresses: localAddresses.filter((address) => familyOf(address) === family),
    masqueradeAll,
    localDetector,
    nodePortAddresses,
    localhostNodePorts: options.localhostNodePorts ?? false,
    serviceCIDRs: options.serviceCIDRs ?? [],
  };
}

export function isLocal({ localAddresses }: Facts, address: Address): boolean {
  return isLoopback(address) || localAddresses.includes(address);
}

/** The node as the rules see it. Mode iptables has a list of clients for each chain of an endpoint. */
export function nodeView(facts: Facts): NodeView {
  const clients = new Set(
    facts.remembered?.map(
      ({ client, service, protocol, endpoint }) =>
        `${endpointChainName(service, protocol, endpoint)} ${client}`,
    ),
  );
  return {
    isLocal: (address) => isLocal(facts, address),
    interfaceTo: (address) => (isLocal(facts, address) ? 'lo' : 'eth0'),
    remembers: (list, address) => clients.has(`${list} ${address}`),
  };
}
