import type { NodeNetwork } from '../../kernel/cni/node-network.ts';
import type { Link } from '../../kernel/netlink/route/links.ts';
import { families } from '../../net/family.ts';
import type { MtuConfiguration } from '../configuration/bridge-configuration.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';

/**
 * The largest packet of the containers, in bytes; `undefined` where nothing says so, which leaves the kernel's own. Throws a
 * `CniError` where there is no link of the uplink's name.
 */
export function mtuOf(node: NodeNetwork, configuration: MtuConfiguration): number | undefined {
  if (configuration.kind === 'fixed') return configuration.mtu;
  const { uplink, overhead } = configuration;
  const link = uplink === undefined ? defaultUplink(node) : node.findLink(uplink);
  if (link !== undefined) return link.mtu - overhead;
  if (uplink !== undefined)
    throw new CniError(errorCodes.refused, `uplink "${uplink}" is no interface of this node`);
  return overhead === 0 ? undefined : ethernetMtu - overhead;
}

/** The link of the default route, of IPv4 before IPv6. */
function defaultUplink(node: NodeNetwork): Link | undefined {
  for (const family of families) {
    const routes = node
      .listRoutes(family)
      .filter(({ destination, link }) => destination.endsWith('/0') && link !== undefined)
      .sort((one, other) => (one.metric ?? 0) - (other.metric ?? 0));
    const [first] = routes;
    if (first !== undefined) return node.listLinks().find(({ index }) => index === first.link);
  }
  return undefined;
}

const ethernetMtu = 1500;
