import { type Address, isLoopback, parseAddress } from '../../net/address.ts';
import type { Packet } from '../../trace/packet.ts';
import type { TrafficFrontend } from './traffic-frontend.ts';
import {
  type Client,
  networkClients,
  outsideClients,
  outsider,
  podsElsewhere,
  podsHere,
  type TrafficSources,
  usualClients,
} from './traffic-sources.ts';

/** A packet, and the clients that it stands for. */
export interface Probe {
  /** `pods on this node`. */
  readonly who: string;
  /** The node's address that it goes to; empty for other frontends. */
  readonly at: string;
  readonly packet: Packet;
}

/** Makes the packets that show what happens to traffic for a frontend. */
export function probesOf(sources: TrafficSources): (frontend: TrafficFrontend) => readonly Probe[] {
  const all = usualClients(sources);
  // Pods on other nodes reach a ClusterIP through the rules of their own node.
  const hasPodsHere = all.some(({ who }) => who === podsHere);
  const near = hasPodsHere ? all.filter(({ who }) => who !== podsElsewhere) : all;
  return (frontend) => {
    const clients = clientsOf(frontend, frontend.kind === 'ClusterIP' ? near : all, sources);
    if (frontend.address !== undefined)
      return clients.map((client) => probe(client, frontend, frontend.address ?? client.source, ''));
    const destinations = [...sources.nodeAddresses, ...(sources.family === 'IPv4' ? localhost : [])];
    return destinations.flatMap((address) =>
      clients
        .filter(({ source }) => !isLoopback(address) || sources.nodeAddresses.includes(source))
        .map((client) => probe(fromSameAddress(client, address, sources), frontend, address, address)),
    );
  };
}

const localhost: readonly Address[] = ['127.0.0.1'].flatMap((text) => parseAddress(text) ?? []);

/** The usual clients, and those of the source ranges that only this frontend has. */
function clientsOf(
  { ranges }: TrafficFrontend,
  usual: readonly Client[],
  sources: TrafficSources,
): readonly Client[] {
  if (ranges.length === 0) return usual;
  const outside = outsider(sources, ranges);
  const rest = usual.flatMap((client) => {
    if (client.who !== outsideClients) return [client];
    return outside === undefined
      ? []
      : [{ ...client, who: 'other clients outside the cluster', source: outside }];
  });
  return [...rest, ...networkClients(sources, ranges)];
}

/** The node sends to one of its own addresses from that same address. */
function fromSameAddress(client: Client, address: Address, { nodeAddresses }: TrafficSources): Client {
  return nodeAddresses.includes(client.source) ? { ...client, source: address } : client;
}

function probe(
  { who, source, inputInterface }: Client,
  { port, protocol }: TrafficFrontend,
  destination: Address,
  at: string,
): Probe {
  return { who, at, packet: { source, destination, port, protocol, inputInterface } };
}
