import { execFileSync } from 'node:child_process';
import { type Address, isLoopback, parseAddress } from '../../net/address.ts';
import { cidrContains, parseCidr } from '../../net/cidr.ts';
import type { Family } from '../../net/family.ts';
import type { NodeView } from '../../trace/packet.ts';
import { isRemembered } from '../iptables/recent.ts';
import { listBy } from '../list-by.ts';
import { localAddresses } from './node-addresses.ts';

/**
 * This machine, in its network namespace, as rules ask for it: what it takes for its own by its table of local routes,
 * where it sends packets, and the lists of xt_recent. Routes and lists are looked at when they are first asked for.
 */
export async function liveNodeView(family: Family): Promise<NodeView> {
  const isOwn = await ownAddresses(family);
  const isLocal = (address: Address) => isLoopback(address) || isOwn(address);
  const interfaces = new Map<Address, string | undefined>();
  return {
    isLocal,
    interfaceTo(address) {
      if (isLocal(address)) return 'lo';
      if (!interfaces.has(address)) interfaces.set(address, routeTo(address));
      return interfaces.get(address);
    },
    remembers: isRemembered,
  };
}

/** By the table of local routes, which has more than the interfaces: whole networks, and what IPVS or anycast adds. */
async function ownAddresses(family: Family): Promise<(address: Address) => boolean> {
  const option = family === 'IPv4' ? '-4' : '-6';
  const listed = await listBy('ip', [option, '-j', 'route', 'show', 'table', 'local', 'type', 'local']);
  const routes = listed.kind === 'printed' ? destinations(listed.text) : [];
  const addresses = new Set([...localAddresses(), ...routes.flatMap((text) => parseAddress(text) ?? [])]);
  const networks = routes.map(parseCidr).filter((network) => network !== undefined);
  return (address) => addresses.has(address) || networks.some((network) => cidrContains(network, address));
}

/** Some versions of ip print nothing where there is nothing. */
function destinations(text: string): readonly string[] {
  const routes: unknown = text.trim() === '' ? [] : JSON.parse(text);
  return Array.isArray(routes) ? routes.flatMap(({ dst }) => (typeof dst === 'string' ? [dst] : [])) : [];
}

/** As the kernel answers, by all its routing tables and rules; `undefined` where it has no route or ip is missing. */
function routeTo(address: Address): string | undefined {
  try {
    const text = execFileSync('ip', ['-j', 'route', 'get', address], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [route] = JSON.parse(text);
    return typeof route?.dev === 'string' ? route.dev : undefined;
  } catch {
    return undefined;
  }
}
