import type { Address } from '../../net/address.ts';
import { addressNumber, addressOf } from '../../net/numbers.ts';
import type { Packet } from '../../trace/packet.ts';
import type { Probe } from './probes.ts';
import { byKey, type TrafficFrontend } from './traffic-frontend.ts';
import type { TrafficInput } from './traffic-sides.ts';
import { podsElsewhere, type TrafficSources, usualClients } from './traffic-sources.ts';

/** Traffic that is not for a frontend, and that a proxy's rules may affect nevertheless. */
export interface OtherTraffic {
  readonly what: string;
  readonly destination: Pick<Packet, 'destination' | 'port' | 'protocol'>;
  readonly probes: readonly Probe[];
}

/** Probes to unused ports and addresses of the service networks, to unused ports of the node, and to pods directly. */
export function otherTraffic({
  before,
  after,
  sources,
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
  const clients = usualClients(sources).filter(({ who }) => who !== podsElsewhere);
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
    ...unusedClusterIPs(sources, clusterIPs).map((address) =>
      to('a ClusterIP that no Service has', address, () => false),
    ),
    ...sources.nodeAddresses.map((address) =>
      to('a port of the node that no Service has', address, (port) => taken.has(` ${port}`)),
    ),
    ...pods(sources).map((address) => to('a pod itself', address, () => false)),
  ];
}

/** Addresses of frontends; those that only one side has are reported with their frontends. */
function addressesOf({ frontends }: TrafficInput['before']): ReadonlySet<Address> {
  return new Set([...frontends.values()].flatMap(({ address }) => address ?? []));
}

function clusterIPOf({ kind, address }: TrafficFrontend): readonly Address[] {
  return kind === 'ClusterIP' && address !== undefined ? [address] : [];
}

/** From port 9 on, the discard protocol (RFC 863). */
function freePort(isTaken: (port: number) => boolean): number {
  let port = 9;
  while (isTaken(port)) port += 1;
  return port;
}

/** The last free address of each ServiceCIDR. */
function unusedClusterIPs(
  { serviceNetworks, family }: TrafficSources,
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

/** A pod of this node and one of another. */
function pods({ endpointsHere, endpointsElsewhere, nodeAddresses }: TrafficSources): readonly Address[] {
  return [endpointsHere, endpointsElsewhere].flatMap((endpoints) => {
    const [first] = [...endpoints].filter((address) => !nodeAddresses.includes(address));
    return first === undefined ? [] : [first];
  });
}
