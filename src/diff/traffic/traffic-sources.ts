import { type Address, parseAddress } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import { addressNumber, addressOf } from '../../net/numbers.ts';
import type { Interval } from '../../rules-text/rule.ts';
import { formatInterval, isWithin } from './intervals.ts';

/** Where traffic to Services may come from in one family: what both sides know about the node and the cluster. */
export interface TrafficSources {
  readonly family: Family;
  /** The node's own, without loopback addresses. */
  readonly nodeAddresses: readonly Address[];
  /** Endpoints of Services that run on this node, and elsewhere. */
  readonly endpointsHere: ReadonlySet<Address>;
  readonly endpointsElsewhere: ReadonlySet<Address>;
  /** The pod CIDRs of this node, where its Node has them; and all networks that the rules take for pods. */
  readonly nodePodNetworks: readonly Interval[];
  readonly podNetworks: readonly Interval[];
  /** The networks that ClusterIPs come from. */
  readonly serviceNetworks: readonly Interval[];
  /** The interface of this node's pods, where the rules match it. */
  readonly podInterface: string | undefined;
}

/** A client that stands for all of its kind. */
export interface Client {
  /** In words: `pods on this node`. */
  readonly who: string;
  readonly source: Address;
  readonly inputInterface: string | undefined;
}

export const podsHere = 'pods on this node';
/** Where it is not known which pods are on this node. */
const anyPods = 'pods';
export const podsElsewhere = 'pods on other nodes';
export const outsideClients = 'clients outside the cluster';

/** The kinds of clients that rules may treat differently, whatever the frontend. */
export function usualClients(sources: TrafficSources): readonly Client[] {
  const here = podHere(sources);
  const elsewhere = podElsewhere(sources);
  const otherNetworks = sources.podNetworks.filter((network) =>
    [here, elsewhere].every((pod) => pod === undefined || !isWithin(network, pod)),
  );
  return [
    ...client(podsHere, here, sources.podInterface),
    ...client(here === undefined ? anyPods : podsElsewhere, elsewhere, uplinkOf(sources)),
    ...networkClients(sources, otherNetworks),
    ...client('the node itself', sources.nodeAddresses[0], undefined),
    ...client(outsideClients, outsider(sources, []), uplinkOf(sources)),
  ];
}

/** A client for each network: `clients in 203.0.113.0/24`, without the parts that another of the networks covers. */
export function networkClients(sources: TrafficSources, networks: readonly Interval[]): readonly Client[] {
  const { family } = sources;
  return networks.flatMap((network) => {
    const inner = networks.filter((other) => other !== network && contains(network, other));
    const except = inner.map((other) => formatInterval(other, family)).join(' or ');
    const who = `clients in ${formatInterval(network, family)}${except === '' ? '' : ` but not in ${except}`}`;
    return client(who, memberOf(network, family, inner), uplinkOf(sources));
  });
}

function contains(outer: Interval, inner: Interval): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}

/** An address outside the cluster and outside these networks. */
export function outsider(sources: TrafficSources, networks: readonly Interval[]): Address | undefined {
  const known = [...networks, ...sources.podNetworks, ...sources.nodePodNetworks];
  return documentation[sources.family].find(
    (address) =>
      !sources.nodeAddresses.includes(address) && !known.some((network) => isWithin(network, address)),
  );
}

function client(
  who: string,
  source: Address | undefined,
  inputInterface: string | undefined,
): readonly Client[] {
  return source === undefined ? [] : [{ who, source, inputInterface }];
}

/** An address next to an endpoint: certainly in the pod network, and not an endpoint itself. */
function podHere({
  endpointsHere,
  endpointsElsewhere,
  nodePodNetworks,
  podNetworks,
  family,
}: TrafficSources) {
  const [network = endpointsElsewhere.size === 0 ? podNetworks[0] : undefined] = nodePodNetworks;
  return neighbourOf(endpointsHere, [endpointsElsewhere], family) ?? (network && memberOf(network, family));
}

function podElsewhere(sources: TrafficSources): Address | undefined {
  const { endpointsHere, endpointsElsewhere, nodePodNetworks, podNetworks, family } = sources;
  const pods = [...endpointsElsewhere].filter((address) => !isByNode(address, sources));
  const neighbour =
    neighbourOf(pods, [endpointsHere], family) ?? memberBeyond(podNetworks[0], nodePodNetworks, family);
  const isHere = neighbour !== undefined && nodePodNetworks.some((network) => isWithin(network, neighbour));
  return isHere ? undefined : neighbour;
}

/** Whether an address is in a node's subnet: endpoints with `hostNetwork` do not have pod addresses. */
function isByNode(address: Address, { nodeAddresses }: TrafficSources): boolean {
  return nodeAddresses.some((node) => subnetOf(node) === subnetOf(address));
}

/** A free address in the subnet of one of the pods. */
function neighbourOf(
  pods: Iterable<Address>,
  others: readonly Iterable<Address>[],
  family: Family,
): Address | undefined {
  const own = [...pods].map(addressNumber);
  const taken = new Set([...own, ...others.flatMap((addresses) => [...addresses].map(addressNumber))]);
  for (const subnet of new Set(own.map((number) => number - (number % 256n)))) {
    for (let host = 250n; host > 1n; host -= 1n) {
      if (!taken.has(subnet + host)) return addressOf(subnet + host, family);
    }
  }
  return undefined;
}

/** An address in the pod network beyond this node's pod CIDRs. */
function memberBeyond(
  network: Interval | undefined,
  here: readonly Interval[],
  family: Family,
): Address | undefined {
  const last = here.reduce((end, { to }) => (to > end ? to : end), 0n);
  if (network === undefined || here.length === 0 || last + 251n > network.to) return undefined;
  return addressOf(last + 251n, family);
}

/** An address of the network, away from its ends, where gateways are, and outside the inner networks. */
function memberOf(
  { from, to }: Interval,
  family: Family,
  inner: readonly Interval[] = [],
): Address | undefined {
  const last = to - from > 1n ? to - from - 1n : 0n;
  const candidates = [
    from + (last < 251n ? last : 251n),
    ...inner.flatMap((network) => [network.to + 1n, network.from - 1n]),
  ];
  const found = candidates.find(
    (number) =>
      from <= number &&
      number <= to &&
      inner.every((network) => number < network.from || number > network.to),
  );
  return found === undefined ? undefined : addressOf(found, family);
}

/** Nodes are assumed to share at least a network of this size. */
function subnetOf(address: Address): bigint {
  return addressNumber(address) >> (address.includes(':') ? 64n : 8n);
}

/** An interface that no pod uses, for rules that match pods by their interface. */
function uplinkOf({ podInterface }: TrafficSources): string | undefined {
  if (podInterface === undefined) return undefined;
  return podInterface.startsWith('eth') ? 'uplink0' : 'eth0';
}

/** Reserved for documentation (RFC 5737, RFC 3849) and benchmarks (RFC 2544, RFC 5180): nobody has these addresses. */
const documentation: Readonly<Record<Family, readonly Address[]>> = {
  IPv4: addresses('198.51.100.77', '192.0.2.77', '203.0.113.77', '198.18.7.77', '198.19.7.77'),
  IPv6: addresses('2001:db8:ffff::77', '2001:db8:77::77', '2001:2::77'),
};

function addresses(...texts: readonly string[]): readonly Address[] {
  return texts.flatMap((text) => parseAddress(text) ?? []);
}
