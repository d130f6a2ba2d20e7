import { closeSync, openSync, statSync, writeFileSync } from 'node:fs';
import type { Address } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import {
  addAddress,
  type LinkAddress,
  type ListedAddress,
  listAddresses,
  removeAddress,
} from '../netlink/route/addresses.ts';
import { type BridgePort, changeBridgePort } from '../netlink/route/bridge-ports.ts';
import type { NewLink } from '../netlink/route/link-info.ts';
import type { LinkSettings } from '../netlink/route/link-settings.ts';
import { addLink, changeLink, findLink, type Link, listLinks, removeLink } from '../netlink/route/links.ts';
import { isLocalAddress } from '../netlink/route/local-address.ts';
import { bindRouteSocket, type RouteSocket } from '../netlink/route/route-socket.ts';
import { addRoute, listRoutes, type Route } from '../netlink/route/routes.ts';
import { bindNetworkNamespaces } from '../network-namespace.ts';

/** The links, addresses, routes and settings of one network namespace. What the kernel refuses is a `KernelError`. */
export interface NamespaceNetwork {
  findLink(name: string): Link | undefined;
  listLinks(): readonly Link[];
  addLink(link: NewLink): void;
  changeLink(index: number, changes: LinkSettings): void;
  removeLink(index: number): void;
  changeBridgePort(index: number, port: BridgePort): void;
  listAddresses(): readonly ListedAddress[];
  addAddress(address: LinkAddress): void;
  removeAddress(address: LinkAddress): void;
  /** Whether packets to the address are taken: a while after it was added, of IPv6. */
  isLocalAddress(address: Address): boolean;
  listRoutes(family: Family): readonly Route[];
  addRoute(route: Route): void;
  /** Sets what stands below /proc/sys; `false` where this kernel has no such setting. */
  setSetting(path: string, value: number): boolean;
}

/** The node's own network, and a way into those of containers. */
export interface NodeNetwork extends NamespaceNetwork {
  /** What this file is: the way to a network namespace, to the node's own one, or to none. */
  namespaceAt(path: string): 'namespace' | 'own' | 'none';
  /** Throws an `Error` where the namespace cannot be entered. */
  inNamespace<T>(path: string, work: (network: NamespaceNetwork) => T): T;
  /** Does something with a file descriptor of the namespace. */
  withDescriptor<T>(path: string, work: (descriptor: number) => T): T;
}

/** Rejects where koffi, which calls the C library, is not there. */
export async function openNodeNetwork(): Promise<NodeNetwork & Disposable> {
  const [open, inNetworkNamespace] = [await bindRouteSocket(), await bindNetworkNamespaces()];
  const socket = open();
  return {
    ...namespaceNetwork(socket),
    namespaceAt,
    inNamespace: (path, work) =>
      inNetworkNamespace(path, () => {
        using inside = open();
        return work(namespaceNetwork(inside));
      }),
    withDescriptor(path, work) {
      const descriptor = openSync(path, 'r');
      try {
        return work(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  };
}

function namespaceNetwork(socket: RouteSocket): NamespaceNetwork {
  return {
    findLink: (name) => findLink(socket, name),
    listLinks: () => listLinks(socket),
    addLink: (link) => addLink(socket, link),
    changeLink: (index, changes) => changeLink(socket, index, changes),
    removeLink: (index) => removeLink(socket, index),
    changeBridgePort: (index, port) => changeBridgePort(socket, index, port),
    listAddresses: () => listAddresses(socket),
    addAddress: (address) => addAddress(socket, address),
    removeAddress: (address) => removeAddress(socket, address),
    isLocalAddress: (address) => isLocalAddress(socket, address),
    listRoutes: (family) => listRoutes(socket, family),
    addRoute: (route) => addRoute(socket, route),
    setSetting,
  };
}

/** A namespace that is gone leaves a plain file behind, where its mount has been undone (ip-netns(8)). */
function namespaceAt(path: string): 'namespace' | 'own' | 'none' {
  const [found, own] = [statSync(path, { throwIfNoEntry: false }), statSync('/proc/thread-self/ns/net')];
  if (found === undefined || found.dev !== own.dev) return 'none';
  return found.ino === own.ino ? 'own' : 'namespace';
}

/** /proc/sys shows the settings of the namespace that the calling thread is in. */
function setSetting(path: string, value: number): boolean {
  try {
    // Without r+ a setting that is missing would look like a file that may not be created.
    writeFileSync(`/proc/sys/${path}`, String(value), { flag: 'r+' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
