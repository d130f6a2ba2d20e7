import { type Address, isLoopback, parseAddress } from '../../net/address.ts';
import type { Packet } from '../../trace/packet.ts';
import {
  type Client,
  type Neighbourhood,
  networkClients,
  outsideClients,
  outsider,
  podsElsewhere,
  podsHere,
  usualClients,
} from './neighbourhood.ts';
import type { TrafficFrontend } from './traffic-frontend.ts';

/** A packet, and whom it stands for. */
export interface Probe {
  /** `pods on this node`. */
  readonly who: string;
  /** The node's address that it goes to; empty for other frontends. */
  readonly at: string;
  readonly packet: Packet;
}

/** Makes the packets that tell what becomes of a frontend's traffic. */
export function probesOf(hood: Neighbourhood): (frontend: TrafficFrontend) => readonly Probe[] {
  const all = usualClients(hood);
  // Pods elsewhere reach a ClusterIP by their own node's rules.
  const hasPodsHere = all.some(({ who }) => who === podsHere);
  const near = hasPodsHere ? all.filter(({ who }) => who !== podsElsewhere) : all;
  return (frontend) => {
    const clients = clientsOf(frontend, frontend.kind === 'ClusterIP' ? near : all, hood);
    if (frontend.address !== undefined)
      return clients.map((client) => probe(client, frontend, frontend.address ?? client.source, ''));
    const destinations = [...hood.nodeAddresses, ...(hood.family === 'IPv4' ? localhost : [])];
    return destinations.flatMap((address) =>
      clients
        .filter(({ source }) => !isLoopback(address) || hood.nodeAddresses.includes(source))
        .map((client) => probe(atHome(client, address, hood), frontend, address, address)),
    );
  };
}

const localhost: readonly Address[] = ['127.0.0.1'].flatMap((text) => parseAddress(text) ?? []);

/** Those that only this frontend tells from others stand beside the usual ones. */
function clientsOf(
  { ranges }: TrafficFrontend,
  usual: readonly Client[],
  hood: Neighbourhood,
): readonly Client[] {
  if (ranges.length === 0) return usual;
  const outside = outsider(hood, ranges);
  const rest = usual.flatMap((client) => {
    if (client.who !== outsideClients) return [client];
    return outside === undefined
      ? []
      : [{ ...client, who: 'other clients outside the cluster', source: outside }];
  });
  return [...rest, ...networkClients(hood, ranges)];
}

/** To its own addresses the node sends from the same. */
function atHome(client: Client, address: Address, { nodeAddresses }: Neighbourhood): Client {
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
