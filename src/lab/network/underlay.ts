import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { addAddress } from '../../kernel/netlink/route/addresses.ts';
import { addLink, changeLink, findLink, type Link, removeLink } from '../../kernel/netlink/route/links.ts';
import { bindRouteSocket, type RouteSocket } from '../../kernel/netlink/route/route-socket.ts';
import { replaceRoute } from '../../kernel/netlink/route/routes.ts';
import type { Address } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import type { Namespaces } from '../runtime/namespaces.ts';
import { everywhere, hostNumbers, underlayAddress, underlayLengths, virtualCidrs } from './lab-addresses.ts';

/** The network that the hosts of a lab are cabled to: a switch, and a link to each of them. */
export interface Underlay {
  readonly families: readonly Family[];
  /** Makes a host, and plugs it in. `number` is the last part of its addresses. */
  plugIn(name: string, number: number, settings?: Settings): Host;
  /** Removes a host with its link. */
  unplug(host: Host): void;
}

/** A network namespace with an interface `eth0` on the underlay. */
export interface Host {
  readonly name: string;
  /** File of the network namespace. */
  readonly network: string;
  /** One a family. */
  readonly addresses: readonly Address[];
}

/** Kernel settings of a namespace, by their paths below /proc/sys. */
export type Settings = Readonly<Record<string, string>>;

/** The calling thread's network namespace becomes the switch. Rejects where the kernel does not make the links. */
export async function createUnderlay(families: readonly Family[], namespaces: Namespaces): Promise<Underlay> {
  mkdirSync(namespaceFolder, { recursive: true });
  const open = await bindRouteSocket();
  setInNamespace(namespaceSettings);
  const bridge = createSwitch(open, families);
  const ports = new Map<string, string>();
  let made = 0;
  return {
    families,
    plugIn(name, number, own = {}) {
      const network = `${namespaceFolder}/${name}`;
      const addresses = families.map((family) => underlayAddress(family, number));
      made += 1;
      const port = `port${made}`;
      namespaces.makeNetwork(network);
      namespaces.inNetwork(network, () => setInNamespace({ ...namespaceSettings, ...own }));
      connect(open, { bridge, port, network });
      namespaces.inNetwork(network, () => configureHost(open, addresses, families));
      ports.set(name, port);
      return { name, network, addresses };
    },
    unplug({ name, network }) {
      unplugPort(open, ports.get(name));
      ports.delete(name);
      namespaces.removeNetwork(network);
    },
  };
}

/** `ip netns` and CNI plugins look for namespaces here, too. */
export const namespaceFolder = '/run/netns';

function createSwitch(open: () => RouteSocket, families: readonly Family[]): Link {
  using socket = open();
  addLink(socket, { kind: 'bridge', name: 'switch' });
  const bridge = requireLink(socket, 'switch');
  for (const family of families)
    addAddress(socket, {
      link: bridge.index,
      address: underlayAddress(family, hostNumbers.switch),
      prefixLength: underlayLengths[family],
    });
  for (const { index } of [requireLink(socket, 'lo'), bridge]) changeLink(socket, index, { isUp: true });
  return bridge;
}

function connect(
  open: () => RouteSocket,
  { bridge, port, network }: { readonly bridge: Link; readonly port: string; readonly network: string },
): void {
  using socket = open();
  const namespace = openSync(network, 'r');
  try {
    addLink(socket, { kind: 'veth', name: port, master: bridge.index, peer: { name: 'eth0', namespace } });
  } finally {
    closeSync(namespace);
  }
  changeLink(socket, requireLink(socket, port).index, { isUp: true });
}

function unplugPort(open: () => RouteSocket, port: string | undefined): void {
  using socket = open();
  const link = port === undefined ? undefined : findLink(socket, port);
  if (link !== undefined) removeLink(socket, link.index);
}

/** The switch is the way to everywhere, though nothing is there: what looks for a node's uplink finds it by its default route. */
function configureHost(
  open: () => RouteSocket,
  addresses: readonly Address[],
  families: readonly Family[],
): void {
  using socket = open();
  const eth0 = requireLink(socket, 'eth0');
  for (const { index } of [requireLink(socket, 'lo'), eth0]) changeLink(socket, index, { isUp: true });
  families.forEach((family, index) => {
    const [address] = addresses.slice(index);
    if (address === undefined) return;
    addAddress(socket, { link: eth0.index, address, prefixLength: underlayLengths[family] });
    const gateway = underlayAddress(family, hostNumbers.switch);
    replaceRoute(socket, { destination: everywhere[family], gateway, link: eth0.index });
    const loadBalancer = underlayAddress(family, hostNumbers.loadBalancer);
    if (address !== loadBalancer)
      replaceRoute(socket, { destination: virtualCidrs[family], gateway: loadBalancer, link: eth0.index });
  });
}

function requireLink(socket: RouteSocket, name: string): Link {
  const link = findLink(socket, name);
  if (link === undefined) throw new Error(`the link ${name} is not there`);
  return link;
}

/** Sets what is to be set in the network namespace of the calling thread. A kernel without IPv6 lacks its settings. */
export function setInNamespace(values: Settings): void {
  for (const [path, value] of Object.entries(values)) {
    try {
      writeFileSync(`/proc/sys/${path}`, value, { flag: 'r+' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

/**
 * Of every network namespace of a lab. Addresses are unique as they are given, and routes known: without these, IPv6 takes a
 * second to answer (RFC 4862, 5.4). Ping works for everybody, as in containers of containerd.
 */
export const namespaceSettings: Settings = {
  'net/ipv6/conf/all/accept_dad': '0',
  'net/ipv6/conf/default/accept_dad': '0',
  'net/ipv6/conf/all/accept_ra': '0',
  'net/ipv6/conf/default/accept_ra': '0',
  'net/ipv6/conf/all/accept_redirects': '0',
  'net/ipv6/conf/default/accept_redirects': '0',
  'net/ipv4/ping_group_range': '0 0',
};

/** What makes a host a router for its pods. */
export const nodeSettings: Settings = {
  'net/ipv4/ip_forward': '1',
  'net/ipv6/conf/all/forwarding': '1',
};
