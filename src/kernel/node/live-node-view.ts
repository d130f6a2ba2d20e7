import { type Address, isLoopback, parseAddress } from '../../net/address.ts';
import { cidrContains, parseCidr } from '../../net/cidr.ts';
import type { Family } from '../../net/family.ts';
import type { NodeView } from '../../trace/packet.ts';
import { isRemembered } from '../iptables/recent.ts';
import { listBy } from '../list-by.ts';
import { runTool } from '../run-tool.ts';
import { localAddresses } from './node-addresses.ts';

/** A node whose routes are not known before somebody asks for them. */
export interface LiveNode extends NodeView {
  /** Learns the routes that `interfaceTo` was asked for in vain, and those to these addresses; tells whether any was new. */
  lookUpRoutes(to?: readonly Address[]): Promise<boolean>;
}

/**
 * This machine, in its network namespace, as rules ask for it: what it takes for its own by its table of local routes,
 * where it sends packets, and the lists of xt_recent. Routes are looked at once, and lists when they are asked for.
 */
export async function liveNodeView(family: Family): Promise<LiveNode> {
  const isOwn = await ownAddresses(family);
  const isLocal = (address: Address) => isLoopback(address) || isOwn(address);
  const interfaces = new Map<Address, string | undefined>();
  const asked = new Set<Address>();
  return {
    isLocal,
    interfaceTo(address) {
      if (isLocal(address)) return 'lo';
      if (!interfaces.has(address)) asked.add(address);
      return interfaces.get(address);
    },
    async lookUpRoutes(to = []) {
      const wanted = [...asked, ...to].filter((address) => !interfaces.has(address) && !isLocal(address));
      asked.clear();
      const found = await interfacesTo(wanted);
      for (const address of wanted) interfaces.set(address, found.get(address));
      return wanted.length > 0;
    },
    remembers: isRemembered,
  };
}

/** Does the work until it asks for no route any more that is not known. What it asks for in one go is looked up in one go. */
export async function withRoutesKnown<Result>(
  { lookUpRoutes }: Pick<LiveNode, 'lookUpRoutes'>,
  work: () => Result,
): Promise<Result> {
  for (;;) {
    const outcome = outcomeOf(work);
    if (!(await lookUpRoutes())) return outcome();
  }
}

/** What became of it, which may be of no interest. */
function outcomeOf<Result>(work: () => Result): () => Result {
  try {
    const result = work();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
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

/**
 * As the kernel answers, by all its routing tables and rules; without those to which it has no route. One child asks for all
 * of them.
 */
async function interfacesTo(addresses: readonly Address[]): Promise<ReadonlyMap<Address, string>> {
  if (addresses.length === 0) return new Map();
  const input = addresses.map((address) => `route get ${address}\n`).join('');
  const { stdout } = await runTool('ip', ['-j', '-force', '-batch', '-'], { input }).catch(() => ({
    stdout: '',
  }));
  return new Map(stdout.split('\n').flatMap(readRoute));
}

/** A line for each route, `[{"dst":"10.9.0.7","dev":"eth0",…}]`. */
function readRoute(line: string): readonly (readonly [Address, string])[] {
  const [route]: readonly { readonly dst?: unknown; readonly dev?: unknown }[] = line.startsWith('[{')
    ? JSON.parse(line)
    : [];
  const address = typeof route?.dst === 'string' ? parseAddress(route.dst) : undefined;
  return address === undefined || typeof route?.dev !== 'string' ? [] : [[address, route.dev]];
}
