import {
  type ForwardingEntry,
  listForwardingEntries,
  listNeighbours,
  type Neighbour,
  removeForwardingEntry,
  removeNeighbour,
  setForwardingEntry,
  setNeighbour,
} from '../kernel/netlink/route/neighbours.ts';
import type { RouteSocket } from '../kernel/netlink/route/route-socket.ts';
import { families } from '../net/family.ts';
import type { Changes } from './changes.ts';
import type { TunnelPeer } from './network-plan.ts';

/** The other ends that a tunnel is to know. */
interface Peers {
  readonly peers: readonly TunnelPeer[];
  /** Index of the tunnel's device, on which every permanent entry is ours. */
  readonly link: number;
  readonly mayRemove: boolean;
}

/**
 * Has the forwarding database lead to each other end, and a neighbour for each gateway: nothing is learned and nobody is asked.
 */
export function applyPeers(socket: RouteSocket, { peers, link, mayRemove }: Peers, changes: Changes): void {
  const entries = peers.map(({ mac, address }): ForwardingEntry => ({ link, mac, destination: address }));
  const neighbours = peers.flatMap(({ mac, gateways }) =>
    gateways.map((address): Neighbour => ({ link, mac, address })),
  );
  const forwarding = difference(
    listForwardingEntries(socket).filter((entry) => entry.link === link),
    entries,
    ({ mac, destination }) => `${mac} ${destination}`,
  );
  const known = families.flatMap((family) => listNeighbours(socket, family));
  const resolution = difference(
    known.filter((neighbour) => neighbour.link === link),
    neighbours,
    ({ mac, address }) => `${mac} ${address}`,
  );
  // First what is gone: an entry that has moved is removed by its old destination, and set by its new one.
  if (mayRemove) {
    for (const { address, ...rest } of resolution.extra)
      changes.make(`neighbour ${address} removed`, () => removeNeighbour(socket, { address, ...rest }));
    for (const entry of forwarding.extra)
      changes.make(`forwarding of ${entry.mac} to ${entry.destination} removed`, () =>
        removeForwardingEntry(socket, entry),
      );
  }
  for (const entry of forwarding.missing)
    changes.make(`forwarding of ${entry.mac} to ${entry.destination} set`, () =>
      setForwardingEntry(socket, entry),
    );
  for (const neighbour of resolution.missing)
    changes.make(`neighbour ${neighbour.address} set`, () => setNeighbour(socket, neighbour));
}

function difference<T>(
  found: readonly T[],
  wanted: readonly T[],
  nameOf: (one: T) => string,
): { readonly missing: readonly T[]; readonly extra: readonly T[] } {
  const [foundNames, wantedNames] = [new Set(found.map(nameOf)), new Set(wanted.map(nameOf))];
  return {
    missing: wanted.filter((one) => !foundNames.has(nameOf(one))),
    extra: found.filter((one) => !wantedNames.has(nameOf(one))),
  };
}
