import type { Address } from '../../net/address.ts';
import { addressNumber, addressOf } from '../../net/numbers.ts';
import type { Packet } from '../../trace/packet.ts';
import { type Neighbourhood, podsElsewhere, usualClients } from './neighbourhood.ts';
import type { Probe } from './probes.ts';
import { byKey, type TrafficFrontend } from './traffic-frontend.ts';
import type { TrafficInput } from './traffic-sides.ts';

/** Packets that are for no frontend, but that a proxy's rules may touch. */
export interface OtherTraffic {
  readonly what: string;
  readonly destination: Pick<Packet, 'destination' | 'port' | 'protocol'>;
  readonly probes: readonly Probe[];
}

/** Ports and addresses beside those of Services, ports of the node, and pods themselves. */
export function otherTraffic({
  before,
  after,
  hood,
  isSame,
}: Omit<TrafficInput, 'node'>): readonly OtherTraffic[] {
  const frontends = [...byKey([...before.frontends.values(), ...after.frontends.values()])];
  const taken = new Set(frontends.map(([, { address, port }]) => `${address ?? ''} ${port}`));
  const clusterIPs = new Set(frontends.flatMap(([, frontend]) => clusterIPOf(frontend)));
  const [left, right] = [before, after].map(addressesOf);
  const changing = new Set(frontends.flatMap(([, one]) => (isSame(one) ? [] : (one.address ?? []))));
  const lasting = [...clusterIPs].filter(
    (address) => left?.has(address) && right?.has(address) && changing.has(address),
  );
  const clients = usualClients(hood).filter(({ who }) => who !== podsElsewhere);
  const to = (what: string, destination: Address, isTaken: (port: number) => boolean): OtherTraffic => {
    const target = { destination, port: freePort(isTaken), protocol: 'TCP' } as const;
    const probes = clients
      .filter(({ source }) => source !== destination)
      .map(({ who, source, inputInterface }) => ({
        who,
        at: '',
        packet: { ...target, source, inputInterface },
      }));
    return { what, destination: target, probes };
  };
  return [
    ...lasting.map((address) =>
      to('a port of a ClusterIP that no Service has', address, (port) => taken.has(`${address} ${port}`)),
    ),
    ...unusedClusterIPs(hood, clusterIPs).map((address) =>
      to('a ClusterIP that no Service has', address, () => false),
    ),
    ...hood.nodeAddresses.map((address) =>
      to('a port of the node that no Service has', address, (port) => taken.has(` ${port}`)),
    ),
    ...pods(hood).map((address) => to('a pod itself', address, () => false)),
  ];
}

/** Where an address comes or goes, its frontends say so. */
function addressesOf({ frontends }: TrafficInput['before']): ReadonlySet<Address> {
  return new Set([...frontends.values()].flatMap(({ address }) => address ?? []));
}

function clusterIPOf({ kind, address }: TrafficFrontend): readonly Address[] {
  return kind === 'ClusterIP' && address !== undefined ? [address] : [];
}

/** Port 9 discards what it gets (RFC 863). */
function freePort(isTaken: (port: number) => boolean): number {
  let port = 9;
  while (isTaken(port)) port += 1;
  return port;
}

/** The last address of each ServiceCIDR that is free. */
function unusedClusterIPs(
  { serviceNetworks, family }: Neighbourhood,
  used: ReadonlySet<Address>,
): readonly Address[] {
  const taken = new Set([...used].map(addressNumber));
  return serviceNetworks.flatMap(({ from, to }) => {
    for (let number = to - 1n; number > from; number -= 1n) {
      if (!taken.has(number)) return [addressOf(number, family)];
    }
    return [];
  });
}

/** One of this node and one of another. */
function pods({ endpointsHere, endpointsElsewhere, nodeAddresses }: Neighbourhood): readonly Address[] {
  return [endpointsHere, endpointsElsewhere].flatMap((endpoints) => {
    const [first] = [...endpoints].filter((address) => !nodeAddresses.includes(address));
    return first === undefined ? [] : [first];
  });
}
