import type { NamespaceNetwork } from '../../kernel/cni/node-network.ts';
import { refusedWith } from '../../kernel/netlink/route/kernel-error.ts';
import type { Link } from '../../kernel/netlink/route/links.ts';
import type { Route } from '../../kernel/netlink/route/routes.ts';
import { type Address, familyOf } from '../../net/address.ts';
import { cidrContains, cidrFamily, parseCidr } from '../../net/cidr.ts';
import type { IpConfig, Result, RouteConfig } from '../protocol/result.ts';

/**
 * Gives the interface of a container, which is there, its addresses and routes, and sets it up. Returns the routes that it made:
 * where another interface of the container has one to the same destination, that one stays.
 */
export function configureInterface(
  network: NamespaceNetwork,
  link: Link,
  { ips, routes }: Pick<Result, 'ips' | 'routes'>,
): readonly RouteConfig[] {
  prepare(network, link.name, ips);
  for (const { address, prefixLength } of ips)
    network.addAddress({ link: link.index, address, prefixLength });
  network.changeLink(link.index, { isUp: true });
  return routes.filter((route) => addUnlessThere(network, kernelRoute(route, link, ips)));
}

function addUnlessThere(network: NamespaceNetwork, route: Route): boolean {
  try {
    network.addRoute(route);
    return true;
  } catch (error) {
    if (refusedWith(error, 'EEXIST')) return false;
    throw error;
  }
}

/** What holds for an interface whose addresses and routes come from IPAM alone. */
function prepare(network: NamespaceNetwork, name: string, ips: readonly IpConfig[]): void {
  // Neighbours that knew another MAC address for the address learn the new one.
  network.setSetting(`net/ipv4/conf/${name}/arp_notify`, 1);
  // Some runtimes make namespaces without IPv6.
  const isIPv6 = ips.some(({ address }) => familyOf(address) === 'IPv6');
  if (isIPv6) network.setSetting(`net/ipv6/conf/${name}/disable_ipv6`, 0);
  // Nobody on the bridge is a router by his own word (CVE-2020-10749), and addresses are unique by IPAM.
  const settings = { accept_ra: 0, accept_dad: 0, ndisc_notify: 1, keep_addr_on_down: 1 };
  for (const [setting, value] of Object.entries(settings))
    network.setSetting(`net/ipv6/conf/${name}/${setting}`, value);
}

/** The next hop of a route: one that says none goes by the gateway of its family, if there is one. */
export function nextHop({ dst, gw, scope }: RouteConfig, ips: readonly IpConfig[]): Address | undefined {
  if (gw !== undefined) return gw;
  if (scope === RT_SCOPE_LINK) return undefined;
  return ips.find(({ gateway }) => gateway !== undefined && familyOf(gateway) === cidrFamily(dst))?.gateway;
}

function kernelRoute(route: RouteConfig, link: Link, ips: readonly IpConfig[]): Route {
  const gateway = nextHop(route, ips);
  return {
    destination: route.dst,
    gateway,
    link: link.index,
    metric: route.priority,
    table: route.table,
    scope: route.scope,
    mtu: route.mtu,
    advertisedMss: route.advmss,
    isOnLink: gateway !== undefined && !isInNetworkOf(gateway, ips),
  };
}

function isInNetworkOf(gateway: Address, ips: readonly IpConfig[]): boolean {
  return ips.some(({ address, prefixLength }) => {
    const network = parseCidr(`${address}/${prefixLength}`);
    return network !== undefined && cidrContains(network, gateway);
  });
}

const RT_SCOPE_LINK = 253;
