import { findLink } from '../../kernel/netlink/route/links.ts';
import { replaceMultipathRoute } from '../../kernel/netlink/route/multipath-route.ts';
import { bindRouteSocket, type RouteSocket } from '../../kernel/netlink/route/route-socket.ts';
import { listRoutes, removeRoute } from '../../kernel/netlink/route/routes.ts';
import { type Address, familyOf, parseAddress } from '../../net/address.ts';
import type { ObjectStore } from '../api/store/object-store.ts';
import type { LabContext } from '../daemon/lab-context.ts';
import { onChange } from '../daemon/on-change.ts';
import type { Host } from '../network/underlay.ts';
import { servingNodes } from './next-hops.ts';
import { virtualAddresses } from './virtual-addresses.ts';

/**
 * Gives Services of type LoadBalancer addresses, and has their packets routed to the nodes by the host, which changes nothing in
 * them: as a router does that nodes announce such addresses to.
 */
export async function startLoadBalancer(
  { store, namespaces, underlay }: LabContext,
  host: Host,
): Promise<void> {
  const open = await bindRouteSocket();
  let routed = '';
  onChange(store, ['Service', 'Node', 'EndpointSlice'], () => {
    assignAddresses(store);
    const routes = routesOf(store);
    const now = JSON.stringify([...routes]);
    if (now === routed) return;
    routed = now;
    namespaces.inNetwork(host.network, () => {
      using socket = open();
      applyRoutes(socket, routes, underlay.families);
    });
  });
}

function assignAddresses(store: ObjectStore): void {
  for (const [key, addresses] of virtualAddresses(store.list('Service')))
    store.modify(
      'Service',
      key,
      (service) => ({
        ...service,
        status: {
          ...service.status,
          loadBalancer: { ingress: addresses.map((ip) => ({ ip, ipMode: 'VIP' })) },
        },
      }),
      { part: 'status' },
    );
}

/** The gateways by destination. */
function routesOf(store: ObjectStore): ReadonlyMap<Address, readonly Address[]> {
  const [nodes, slices] = [store.list('Node'), store.list('EndpointSlice')];
  const routes = new Map<Address, readonly Address[]>();
  for (const [key, addresses] of virtualAddresses(store.list('Service'))) {
    const service = store.get('Service', key);
    if (service === undefined) continue;
    const names = new Set(servingNodes(service, nodes, slices));
    const gateways = nodes
      .filter(({ metadata }) => names.has(metadata.name))
      .flatMap(({ status }) => status?.addresses ?? [])
      .flatMap(({ type, address }) => (type === 'InternalIP' ? (parseAddress(address) ?? []) : []));
    for (const address of addresses)
      routes.set(
        address,
        gateways.filter((gateway) => familyOf(gateway) === familyOf(address)),
      );
  }
  return routes;
}

function applyRoutes(
  socket: RouteSocket,
  routes: ReadonlyMap<Address, readonly Address[]>,
  families: LabContext['underlay']['families'],
): void {
  const link = findLink(socket, 'eth0');
  if (link === undefined) return;
  const served = new Map([...routes].filter(([, gateways]) => gateways.length > 0));
  for (const [destination, gateways] of served)
    replaceMultipathRoute(socket, { destination, gateways, link: link.index });
  for (const family of families)
    for (const route of listRoutes(socket, family)) {
      const address = parseAddress(route.destination.replace(/\/\d+$/, ''));
      if (address !== undefined && isHostRoute(route.destination) && !served.has(address))
        removeRoute(socket, route);
    }
}

function isHostRoute(destination: string): boolean {
  return destination.endsWith('/32') || (destination.includes(':') && destination.endsWith('/128'));
}
