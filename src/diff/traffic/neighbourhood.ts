import { type Address, parseAddress } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import { addressNumber, addressOf } from '../../net/numbers.ts';
import type { Interval } from '../../rules-text/rule.ts';
import { formatInterval, isWithin } from './intervals.ts';

/** Who may send packets to Services: what both sides of a comparison know of the node and the cluster, in one family. */
export interface Neighbourhood {
  readonly family: Family;
  /** The node's own, loopback left out. */
  readonly nodeAddresses: readonly Address[];
  /** Endpoints of Services that run on this node, and elsewhere. */
  readonly endpointsHere: ReadonlySet<Address>;
  readonly endpointsElsewhere: ReadonlySet<Address>;
  /** The pods of this node, where the Node says so, and what the rules take for pods' networks. */
  readonly nodePodNetworks: readonly Interval[];
  readonly podNetworks: readonly Interval[];
  /** The networks that ClusterIPs come from. */
  readonly serviceNetworks: readonly Interval[];
  /** The interface that this node's pods come in by, where the rules ask for it. */
  readonly podInterface: string | undefined;
}

/** A sender of packets who stands for all of his kind. */
export interface Client {
  /** In words: `pods on this node`. */
  readonly who: string;
  readonly source: Address;
  readonly inputInterface: string | undefined;
}

export const podsHere = 'pods on this node';
/** Where nobody knows which pods are on this node. */
const anyPods = 'pods';
export const podsElsewhere = 'pods on other nodes';
export const outsideClients = 'clients outside the cluster';

/** The senders that rules tell from each other, whatever they send to. */
export function usualClients(hood: Neighbourhood): readonly Client[] {
  const here = podHere(hood);
  const elsewhere = podElsewhere(hood);
  const strangers = hood.podNetworks.filter((network) =>
    [here, elsewhere].every((pod) => pod === undefined || !isWithin(network, pod)),
  );
  return [
    ...client(podsHere, here, hood.podInterface),
    ...client(here === undefined ? anyPods : podsElsewhere, elsewhere, uplinkOf(hood)),
    ...networkClients(hood, strangers),
    ...client('the node itself', hood.nodeAddresses[0], undefined),
    ...client(outsideClients, outsider(hood, []), uplinkOf(hood)),
  ];
}

/** One sender for each network: `clients in 203.0.113.0/24`, or of a network in another what that leaves of it. */
export function networkClients(hood: Neighbourhood, networks: readonly Interval[]): readonly Client[] {
  const { family } = hood;
  return networks.flatMap((network) => {
    const inner = networks.filter((other) => other !== network && contains(network, other));
    const except = inner.map((other) => formatInterval(other, family)).join(' or ');
    const who = `clients in ${formatInterval(network, family)}${except === '' ? '' : ` but not in ${except}`}`;
    return client(who, memberOf(network, family, inner), uplinkOf(hood));
  });
}

function contains(outer: Interval, inner: Interval): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}

/** An address of nobody in the cluster, and in none of these networks. */
export function outsider(hood: Neighbourhood, networks: readonly Interval[]): Address | undefined {
  const known = [...networks, ...hood.podNetworks, ...hood.nodePodNetworks];
  return documentation[hood.family].find(
    (address) =>
      !hood.nodeAddresses.includes(address) && !known.some((network) => isWithin(network, address)),
  );
}

function client(
  who: string,
  source: Address | undefined,
  inputInterface: string | undefined,
): readonly Client[] {
  return source === undefined ? [] : [{ who, source, inputInterface }];
}

/** Next to an endpoint, so that it is surely of the pods' network, but none of any Service. */
function podHere({ endpointsHere, endpointsElsewhere, nodePodNetworks, podNetworks, family }: Neighbourhood) {
  const [network = endpointsElsewhere.size === 0 ? podNetworks[0] : undefined] = nodePodNetworks;
  return neighbourOf(endpointsHere, [endpointsElsewhere], family) ?? (network && memberOf(network, family));
}

function podElsewhere(hood: Neighbourhood): Address | undefined {
  const { endpointsHere, endpointsElsewhere, nodePodNetworks, podNetworks, family } = hood;
  const pods = [...endpointsElsewhere].filter((address) => !isByNode(address, hood));
  const neighbour =
    neighbourOf(pods, [endpointsHere], family) ?? memberBeyond(podNetworks[0], nodePodNetworks, family);
  const isHere = neighbour !== undefined && nodePodNetworks.some((network) => isWithin(network, neighbour));
  return isHere ? undefined : neighbour;
}

/** Endpoints that are nodes, of pods on the host's network, have no pods' addresses. */
function isByNode(address: Address, { nodeAddresses }: Neighbourhood): boolean {
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

/** An address of the cluster's pods that is none of this node's. */
function memberBeyond(
  network: Interval | undefined,
  here: readonly Interval[],
  family: Family,
): Address | undefined {
  const last = here.reduce((end, { to }) => (to > end ? to : end), 0n);
  if (network === undefined || here.length === 0 || last + 251n > network.to) return undefined;
  return addressOf(last + 251n, family);
}

/** An address well inside, where gateways rarely are, and in none of the networks within it. */
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

/** Nodes have a network of this size in common at least. */
function subnetOf(address: Address): bigint {
  return addressNumber(address) >> (address.includes(':') ? 64n : 8n);
}

/** An interface that is no pod's; only where rules tell pods by theirs. */
function uplinkOf({ podInterface }: Neighbourhood): string | undefined {
  if (podInterface === undefined) return undefined;
  return podInterface.startsWith('eth') ? 'uplink0' : 'eth0';
}

/** Addresses for documentation (RFC 5737, RFC 3849) and for tests (RFC 2544, RFC 5180): they are nobody's. */
const documentation: Readonly<Record<Family, readonly Address[]>> = {
  IPv4: addresses('198.51.100.77', '192.0.2.77', '203.0.113.77', '198.18.7.77', '198.19.7.77'),
  IPv6: addresses('2001:db8:ffff::77', '2001:db8:77::77', '2001:2::77'),
};

function addresses(...texts: readonly string[]): readonly Address[] {
  return texts.flatMap((text) => parseAddress(text) ?? []);
}
