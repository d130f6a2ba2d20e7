import { bindRouteSocket } from '../../kernel/netlink/route/route-socket.ts';
import { listRoutes, removeRoute, replaceRoute } from '../../kernel/netlink/route/routes.ts';
import { familyOf } from '../../net/address.ts';
import { type Cidr, cidrFamily } from '../../net/cidr.ts';
import type { Namespaces } from '../runtime/namespaces.ts';
import type { Host } from './underlay.ts';

export interface RoutedNode {
  readonly host: Host;
  readonly podCidrs: readonly Cidr[];
}

export type ConnectNodes = (nodes: readonly RoutedNode[]) => void;

/** Resolves to what has every node's routes to the pods of the others, and no routes to nodes that are gone. */
export async function bindConnectNodes(namespaces: Namespaces): Promise<ConnectNodes> {
  const open = await bindRouteSocket();
  return (nodes) => {
    for (const node of nodes) {
      const others = nodes.filter((other) => other !== node);
      namespaces.inNetwork(node.host.network, () => {
        using socket = open();
        const wanted = others.flatMap(routesTo);
        for (const route of wanted) replaceRoute(socket, route);
        for (const family of new Set(node.podCidrs.map(cidrFamily)))
          for (const route of listRoutes(socket, family))
            if (
              route.protocol === routeProtocol &&
              !wanted.some((other) => other.destination === route.destination)
            )
              removeRoute(socket, route);
      });
    }
  };
}

function routesTo({ host, podCidrs }: RoutedNode) {
  return podCidrs.flatMap((destination) => {
    const gateway = host.addresses.find((address) => familyOf(address) === cidrFamily(destination));
    return gateway === undefined ? [] : [{ destination, gateway, link: undefined, protocol: routeProtocol }];
  });
}

/** Marks the routes that are ours; /etc/iproute2/rt_protos leaves the number free. */
const routeProtocol = 80;
