import ipaddr from 'ipaddr.js';
import memoize from 'lodash/memoize.js';
import { type Address, isLoopback, parseAddress } from '../../../src/net/address.ts';
import { type Cidr, parseCidr } from '../../../src/net/cidr.ts';
import { type Family, type Protocol, protocols } from '../../../src/net/family.ts';
import type { Endpoint, Frontend, ServicePortPlan } from '../../../src/plan/service-plan.ts';
import type { Packet } from '../../../src/trace/packet.ts';
import { type Facts, isLocal } from './facts.ts';

/**
 * Packets of one family that show whatever the plans promise: from every kind of client to every frontend, to right and
 * wrong ports and protocols, to node ports at every address of the node and at others', and to addresses that no Service
 * has. The same for the same plans; where there are more than `limit`, a sample from all over them.
 */
export function packetGrid(plans: Iterable<ServicePortPlan>, facts: Facts, limit = 400): readonly Packet[] {
  const own = [...plans].filter(({ family }) => family === facts.family);
  const packets = new Map<string, Packet>();
  const targets = [...own.flatMap((plan) => targetsOf(plan, facts)), ...targetsOfNobody(own, facts)];
  for (const { destinations, ports, clients } of targets) {
    for (const destination of destinations) {
      for (const { protocol, port } of ports) {
        for (const client of clients) {
          if (!canSend(client, destination, facts)) continue;
          const packet: Packet = { ...client, destination, protocol, port };
          packets.set(Object.values(packet).join(' '), packet);
        }
      }
    }
  }
  return sample([...packets.values()], limit);
}

/** Every client sends to every destination and port. */
interface Target {
  readonly destinations: readonly Address[];
  readonly ports: readonly Port[];
  readonly clients: readonly Client[];
}

type Port = Pick<Packet, 'protocol' | 'port'>;
type Client = Pick<Packet, 'source' | 'inputInterface'>;

function targetsOf(plan: ServicePortPlan, facts: Facts): readonly Target[] {
  const clients = [...commonClients(facts), ...clientsOf(plan, facts)];
  return plan.frontends.flatMap((frontend): Target[] => {
    const destinations = destinationsOf(frontend, facts);
    const right = { protocol: plan.protocol, port: frontend.port };
    return [
      { destinations, ports: [right], clients },
      { destinations: destinations.slice(0, 1), ports: wrongPorts(right), clients: fewClients(facts) },
    ];
  });
}

function destinationsOf(frontend: Frontend, facts: Facts): readonly Address[] {
  if (frontend.kind !== 'NodePort') return [frontend.address];
  const places = placesOf(facts);
  return [...facts.localAddresses, ...places.loopback, places.otherNode];
}

function wrongPorts({ protocol, port }: Port): readonly Port[] {
  const other: Protocol = protocols.find((one) => one !== protocol) ?? 'TCP';
  return [
    { protocol: other, port },
    { protocol, port: port + 1 },
  ];
}

/** Addresses and ports that no Service has. */
function targetsOfNobody(plans: readonly ServicePortPlan[], facts: Facts): readonly Target[] {
  const clients = fewClients(facts);
  const ports: readonly Port[] = [{ protocol: 'TCP', port: 80 }];
  const healthChecks = new Set(plans.flatMap(({ healthCheckNodePort }) => healthCheckNodePort ?? []));
  return [
    { destinations: unallocated(plans, facts), ports, clients },
    { destinations: facts.localAddresses.slice(0, 2), ports, clients },
    {
      destinations: facts.localAddresses.slice(0, 1),
      ports: [...healthChecks].map((port) => ({ protocol: 'TCP', port })),
      clients,
    },
  ];
}

function unallocated(plans: readonly ServicePortPlan[], { serviceCIDRs }: Facts): readonly Address[] {
  const taken = new Set(
    plans.flatMap(({ frontends }) =>
      frontends.flatMap((frontend) => (frontend.kind === 'NodePort' ? [] : [frontend.address])),
    ),
  );
  return serviceCIDRs.flatMap((cidr) => {
    const free = [201, 202, 203].map((host) => addressIn(cidr, host)).find((one) => !taken.has(one));
    return free ?? [];
  });
}

/** Clients that any Service may have: pods here and elsewhere, the node by each address, machines outside. */
function commonClients(facts: Facts): readonly Client[] {
  const { localDetector: detector } = facts;
  const places = placesOf(facts);
  const podNetwork = detector?.by === 'cidr' ? detector.cidr : places.podNetwork;
  const podInterface =
    detector?.by === 'interface'
      ? detector.interface
      : detector?.by === 'interface-prefix'
        ? `${detector.prefix}1`
        : 'cni0';
  return [
    { source: addressIn(podNetwork, 250), inputInterface: podInterface },
    { source: addressIn(places.podNetwork, 251), inputInterface: 'flannel.1' },
    { source: places.outside, inputInterface: 'eth0' },
    ...[...facts.localAddresses, ...places.loopback].map((source) => ({ source })),
  ];
}

/** Clients that every Service has: a pod, and a machine outside. */
export function usualClients(facts: Facts): readonly Address[] {
  return commonClients(facts).flatMap(({ source, inputInterface }) =>
    inputInterface === undefined ? [] : source,
  );
}

/** Two pods, a machine outside, and the node itself. */
function fewClients(facts: Facts): readonly Client[] {
  return commonClients(facts).slice(0, 4);
}

/** Clients that this Service treats in another way: its endpoints, and those inside and outside its source ranges. */
function clientsOf(plan: ServicePortPlan, facts: Facts): readonly Client[] {
  const { endpoints, firewall, frontends } = plan;
  const here = new Set(endpoints.onThisNode);
  const chosen = [endpoints.reachable, endpoints.cluster, endpoints.local, endpoints.onThisNode];
  const remote = endpoints.reachable.find((endpoint) => !here.has(endpoint));
  const some = [...chosen.flatMap((list) => [list[0], list.at(-1)]), remote];
  const hairpins = new Set(some.flatMap((endpoint) => endpoint ?? []));
  const inRanges = (firewall?.sourceRanges ?? []).map((range) => addressIn(range, 7));
  const balancers = frontends.flatMap((one) => (one.kind === 'LoadBalancerIP' ? [one.address] : []));
  return [
    ...[...hairpins].map((endpoint) => endpointClient(endpoint, here.has(endpoint))),
    ...[...inRanges, ...balancers].map((source) => ({ source, inputInterface: 'eth0' })),
  ].map((client) => (isLocal(facts, client.source) ? { source: client.source } : client));
}

function endpointClient({ address: source }: Endpoint, isHere: boolean): Client {
  return { source, inputInterface: isHere ? 'cni0' : 'flannel.1' };
}

/** No machine but the node sends to or from the loopback; a neighbour may try. */
function canSend({ source }: Client, destination: Address, facts: Facts): boolean {
  return !isLoopback(destination) || isLoopback(source) || isLocal(facts, source) || facts.localhostNodePorts;
}

interface Places {
  readonly podNetwork: Cidr;
  readonly outside: Address;
  readonly otherNode: Address;
  readonly loopback: readonly Address[];
}

/** Addresses that no test's cluster has for something else. */
const places: Readonly<Record<Family, Places>> = {
  IPv4: {
    podNetwork: network('10.244.0.0/16'),
    outside: host('203.0.113.250'),
    otherNode: host('192.168.50.250'),
    loopback: [host('127.0.0.1')],
  },
  IPv6: {
    podNetwork: network('fd00:10:244::/64'),
    outside: host('2001:db8:ffff::250'),
    otherNode: host('2001:db8:50::250'),
    loopback: [host('::1')],
  },
};

function placesOf({ family }: Facts): Places {
  return places[family];
}

function host(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

function network(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error(`${text} is no network`);
  return cidr;
}

/** The address of this number in the network, or the last one that it has. Each is asked for again and again. */
const addressIn = memoize(findAddress, (cidr, number) => `${cidr} ${number}`);

function findAddress(cidr: Cidr, number: number): Address {
  const [first, length] = ipaddr.parseCIDR(cidr);
  const bytes = first.toByteArray();
  const free = bytes.length * 8 - length;
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) | (free >= 8 ? number : number & (2 ** free - 1));
  return host(ipaddr.fromByteArray(bytes).toString());
}

function sample<T>(all: readonly T[], limit: number): readonly T[] {
  if (all.length <= limit) return all;
  return Array.from({ length: limit }, (_, at) => all[Math.floor((at * all.length) / limit)]).flatMap(
    (one) => one ?? [],
  );
}
