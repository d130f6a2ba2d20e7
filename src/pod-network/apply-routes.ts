import { KernelError } from '../kernel/netlink/route/kernel-error.ts';
import type { RouteSocket } from '../kernel/netlink/route/route-socket.ts';
import { addRoute, listRoutes, type Route, removeRoute } from '../kernel/netlink/route/routes.ts';
import type { Cidr } from '../net/cidr.ts';
import { families } from '../net/family.ts';
import type { Changes } from './changes.ts';
import { routeProtocol } from './network-options.ts';
import type { RoutePlan } from './network-plan.ts';

interface Routes {
  readonly routes: readonly RoutePlan[];
  /** Indices of the links that they leave by. */
  readonly links: { readonly tunnel: number | undefined; readonly uplink: number };
  readonly mayRemove: boolean;
}

/** Has the routes to other nodes' pods there, and no others of ours; where somebody else has one to the same network, theirs stays. */
export function applyRoutes(
  socket: RouteSocket,
  { routes, links, mayRemove }: Routes,
  changes: Changes,
): void {
  const found = families.flatMap((family) => listRoutes(socket, family));
  const ours = found.filter(({ protocol }) => protocol === routeProtocol);
  const theirs = found.filter(({ protocol }) => protocol !== routeProtocol);
  const wanted = new Map(routes.flatMap((plan) => routeOf(plan, links)).map((one) => [one.destination, one]));
  for (const route of ours) {
    const planned = wanted.get(route.destination);
    if (planned !== undefined && isSame(planned, route)) wanted.delete(route.destination);
    else if (planned !== undefined || mayRemove)
      changes.make(`route to ${route.destination} removed`, () => removeRoute(socket, route));
  }
  for (const route of wanted.values()) {
    changes.make(`route to ${route.destination} by ${route.gateway} set`, () => {
      requireFree(route.destination, theirs);
      addRoute(socket, route);
    });
  }
}

function routeOf({ destination, gateway, by }: RoutePlan, links: Routes['links']): readonly Route[] {
  const link = links[by];
  if (link === undefined) return [];
  return [{ destination, gateway, link, isOnLink: by === 'tunnel', protocol: routeProtocol }];
}

function isSame(planned: Route, found: Route): boolean {
  return planned.gateway === found.gateway && planned.link === found.link;
}

/** A second route to the same network, with another metric, would be there and not be taken. */
function requireFree(destination: Cidr, theirs: readonly Route[]): void {
  const [other] = theirs.filter((route) => route.destination === destination);
  if (other === undefined) return;
  const way = other.gateway === undefined ? `on link ${other.link}` : `by ${other.gateway}`;
  throw new KernelError(
    `set the route to ${destination}`,
    'EEXIST',
    `another program has one ${way} (protocol ${other.protocol}), which stays; remove it where it is left over`,
  );
}
