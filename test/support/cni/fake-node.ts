import type { NamespaceNetwork, NodeNetwork } from '../../../src/kernel/cni/node-network.ts';
import type { ListedAddress } from '../../../src/kernel/netlink/route/addresses.ts';
import { KernelError } from '../../../src/kernel/netlink/route/kernel-error.ts';
import type { Link } from '../../../src/kernel/netlink/route/links.ts';
import type { Route } from '../../../src/kernel/netlink/route/routes.ts';

/** A network namespace of a kernel that is played. */
export interface FakeNamespace {
  readonly path: string;
  links: readonly Link[];
  addresses: readonly ListedAddress[];
  routes: readonly Route[];
  readonly settings: Map<string, number>;
}

/** A node and its containers. What happens before each operation is the test's choice: it may throw. */
export class FakeNode {
  readonly #namespaces = new Map<string, FakeNamespace>();
  readonly #beforeEach: () => void;
  #lastIndex = 1;

  constructor(beforeEach: () => void, containers: readonly string[]) {
    this.#beforeEach = beforeEach;
    for (const path of [own, ...containers]) this.addNamespace(path);
  }

  addNamespace(path: string): void {
    this.#namespaces.set(path, { path, links: [], addresses: [], routes: [], settings: new Map() });
  }

  /** With it go its links, and their other ends. */
  removeNamespace(path: string): void {
    const namespace = this.namespace(path);
    for (const { index } of namespace.links) this.#removeLink(namespace, index);
    this.#namespaces.delete(path);
  }

  /** The node's own one where none is named. */
  namespace(path = own): FakeNamespace {
    const found = this.#namespaces.get(path);
    if (found === undefined) throw new Error(`there is no namespace ${path}`);
    return found;
  }

  /** What the plugin works with. */
  network(): NodeNetwork {
    const paths = [...this.#namespaces.keys()];
    return {
      ...this.#network(this.namespace()),
      namespaceAt: (path) => (path === own ? 'own' : this.#namespaces.has(path) ? 'namespace' : 'none'),
      inNamespace: (path, work) => {
        this.#beforeEach();
        return work(this.#network(this.namespace(path)));
      },
      withDescriptor: (path, work) => work(paths.indexOf(path)),
    };
  }

  #network(namespace: FakeNamespace): NamespaceNetwork {
    const operation =
      <Words extends readonly unknown[], Result>(work: (...words: Words) => Result) =>
      (...words: Words): Result => {
        this.#beforeEach();
        return work(...words);
      };
    const change = (index: number, changes: Partial<Link>) => {
      const link = namespace.links.find((entry) => entry.index === index);
      if (link === undefined) throw new KernelError('change a link', 'ENODEV', 'No such device');
      namespace.links = namespace.links.map((entry) =>
        entry.index === index ? { ...entry, ...changes } : entry,
      );
    };
    return {
      findLink: operation((name) => namespace.links.find((link) => link.name === name)),
      listLinks: operation(() => namespace.links),
      addLink: operation((link) => {
        const paths = [...this.#namespaces.keys()];
        const there = link.kind === 'veth' ? this.namespace(paths[link.peer.namespace ?? 0]) : namespace;
        const index = this.#nextIndex();
        const peer = link.kind === 'veth' ? this.#nextIndex() : undefined;
        requireNew(namespace, link.name);
        if (link.kind === 'veth') requireNew(there, link.peer.name);
        namespace.links = [...namespace.links, linkOf({ ...link, index, peer })];
        if (link.kind === 'veth' && peer !== undefined)
          there.links = [...there.links, linkOf({ kind: 'veth', ...link.peer, index: peer, peer: index })];
      }),
      changeLink: operation((index, { namespace: _, ...changes }) =>
        change(index, { ...changes, ...(changes.isUp === true ? { isRunning: true } : {}) }),
      ),
      removeLink: operation((index) => this.#removeLink(namespace, index)),
      changeBridgePort: operation(() => {}),
      listAddresses: operation(() => namespace.addresses),
      addAddress: operation((address) => {
        const isThere = namespace.addresses.some(
          (entry) => entry.link === address.link && entry.address === address.address,
        );
        if (isThere) throw new KernelError('add an address', 'EEXIST', 'File exists');
        const state = { isTentative: false, isDuplicate: false, isLinkLocal: false };
        namespace.addresses = [...namespace.addresses, { ...address, ...state }];
      }),
      removeAddress: operation(({ address }) => {
        namespace.addresses = namespace.addresses.filter((entry) => entry.address !== address);
      }),
      isLocalAddress: operation((address) => namespace.addresses.some((entry) => entry.address === address)),
      listRoutes: operation((family) =>
        namespace.routes.filter(({ destination }) => destination.includes(':') === (family === 'IPv6')),
      ),
      addRoute: operation((route) => {
        if (namespace.routes.some(({ destination }) => destination === route.destination))
          throw new KernelError('add a route', 'EEXIST', 'File exists');
        namespace.routes = [...namespace.routes, route];
      }),
      setSetting: operation((path, value) => {
        namespace.settings.set(path, value);
        return true;
      }),
    };
  }

  #removeLink(namespace: FakeNamespace, index: number): void {
    const link = namespace.links.find((entry) => entry.index === index);
    if (link === undefined) throw new KernelError('remove a link', 'ENODEV', 'No such device');
    for (const each of this.#namespaces.values()) {
      const gone = each.links.filter(
        (entry) =>
          (each === namespace && entry === link) || (entry.peer === index && link.peer === entry.index),
      );
      const isGone = (other: number | undefined) => gone.some((entry) => entry.index === other);
      each.links = each.links.filter((entry) => !isGone(entry.index));
      each.addresses = each.addresses.filter((entry) => !isGone(entry.link));
      each.routes = each.routes.filter((entry) => !isGone(entry.link));
    }
  }

  #nextIndex(): number {
    this.#lastIndex += 1;
    return this.#lastIndex;
  }
}

const own = '/proc/self/ns/net';

function requireNew({ links }: FakeNamespace, name: string): void {
  if (links.some((link) => link.name === name))
    throw new KernelError(`add the link ${name}`, 'EEXIST', 'File exists');
}

function linkOf(link: Pick<Link, 'index' | 'name' | 'kind'> & Partial<Link>): Link {
  const absent = { mac: undefined, master: undefined, peer: undefined, alias: undefined, vxlan: undefined };
  return { ...absent, mtu: 1500, isUp: false, isRunning: false, ...link };
}
