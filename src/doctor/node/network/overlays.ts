import type { Interface } from '../../../kernel/node/machine.ts';
import { familyOf } from '../../../net/address.ts';
import type { Family } from '../../../net/family.ts';
import { overlap } from '../../../net/networks.ts';
import { vxlanOverhead } from '../../../net/vxlan-overhead.ts';
import type { DoctorContext } from '../../doctor-check.ts';
import { clusterCIDRs } from '../node-facts.ts';
import type { InterfaceRoles } from './interface-roles.ts';

/** A tunnel to the pods of other nodes. */
export interface Overlay {
  readonly tunnel: Interface;
  /** The interface that carries its packets. */
  readonly underlay: Interface;
  readonly underlayFamily: Family;
}

/** Tunnels with a route to pods, and tunnels that are ports of a bridge. */
export async function observeOverlays(
  context: DoctorContext,
  roles: InterfaceRoles,
): Promise<readonly Overlay[]> {
  const { machine, families } = context;
  const routes = (await Promise.all(families.map((family) => machine.routes(family)))).flat();
  const cluster = clusterCIDRs(context);
  const toPods = routes.filter(
    ({ destination }) => cluster.length === 0 || cluster.some((cidr) => overlap(cidr, destination)),
  );
  const routed = new Set(toPods.flatMap(({ hops }) => hops.map(({ device }) => device)));
  const used = roles.tunnels.filter(({ name, master }) => routed.has(name) || master !== undefined);
  const found = await Promise.all(
    used.map(async (tunnel): Promise<readonly Overlay[]> => {
      const underlay = await underlayOf(tunnel, context, roles);
      if (underlay === undefined) return [];
      const own = tunnel.tunnel?.local ?? tunnel.tunnel?.remote ?? firstGlobal(underlay);
      return [{ tunnel, underlay, underlayFamily: own === undefined ? 'IPv4' : familyOf(own) }];
    }),
  );
  return found.flat();
}

async function underlayOf(
  { link, tunnel }: Interface,
  { machine }: DoctorContext,
  { uplinks }: InterfaceRoles,
) {
  const interfaces = await machine.interfaces();
  const below = interfaces.find(({ name }) => name === link);
  if (below !== undefined) return below;
  const holder = interfaces.find(
    ({ loopback, addresses }) => !loopback && addresses.some(({ address }) => address === tunnel?.local),
  );
  if (holder !== undefined) return holder;
  const route = tunnel?.remote === undefined ? undefined : await machine.lookUpRoute({ to: tunnel.remote });
  return interfaces.find(({ name }) => name === route?.device) ?? uplinks[0];
}

function firstGlobal({ addresses }: Interface) {
  return addresses.find(({ scope }) => scope === 'global')?.address;
}

/** Overhead of tunnels in bytes, by the outer family: headers of outer IP, tunnel and inner Ethernet. */
const overheads: Readonly<Record<string, Readonly<Record<Family, number>>>> = {
  vxlan: vxlanOverhead,
  geneve: { IPv4: 50, IPv6: 70 },
  wireguard: { IPv4: 60, IPv6: 80 },
  gretap: { IPv4: 38, IPv6: 58 },
  gre: { IPv4: 24, IPv6: 44 },
  ipip: { IPv4: 20, IPv6: 40 },
  sit: { IPv4: 20, IPv6: 40 },
  ip6tnl: { IPv4: 40, IPv6: 40 },
};

/** The largest packet that fits into the tunnel, in bytes. */
export function roomIn({ tunnel, underlay, underlayFamily }: Overlay): number {
  return underlay.mtu - (overheads[tunnel.kind]?.[underlayFamily] ?? 0);
}
