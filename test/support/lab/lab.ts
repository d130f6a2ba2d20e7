import type { Address } from '../../../src/net/address.ts';
import { type Host, startHost } from './host.ts';
import { configureInterfaces, createNamespaces, ipBatch, steerToAllProcessors } from './namespaces.ts';
import {
  addressLine,
  hostLines,
  hostRole,
  linkLines,
  nodeLines,
  outsideLines,
  type Role,
  rolesOf,
  sysctls,
  type Topology,
  withLength,
} from './topology.ts';

/** A node with its hosts and the world behind it, as network namespaces with real sockets in them. */
export interface Lab extends AsyncDisposable {
  readonly node: Host;
  /** Owns every address that neither the node nor a host has. */
  readonly outside: Host;
  /** Throws where the topology has no host of that address. */
  host(address: Address): Host;
  /** Makes an address the node's own until disposed of. */
  lendToNode(address: Address): Promise<AsyncDisposable>;
}

/** Builds the lab; everything of it is gone when it is disposed of. See `labUnavailable` for what it needs. */
export async function createLab(topology: Topology): Promise<Lab> {
  await using stack = new AsyncDisposableStack();
  const { nameOf } = stack.use(
    await createNamespaces(rolesOf(topology), (name) => linkLines(topology, name)),
  );
  const start = async (role: Role, lines: readonly string[], settings: Readonly<Record<string, string>>) => {
    const host = stack.use(startHost(nameOf(role)));
    await Promise.all([configureInterfaces(lines, nameOf(role)), host.set(settings)]);
    await steerToAllProcessors(nameOf(role));
    return host;
  };
  const [node, outside, ...hosts] = await Promise.all([
    start('node', nodeLines(topology), sysctls.node),
    start('outside', outsideLines(topology), sysctls.outside),
    ...topology.hosts.map((address, index) => start(hostRole(index), hostLines(address), sysctls.host)),
  ]);
  const everything = stack.move();
  return {
    node,
    outside,
    host: (address) => hostOf(address, topology, hosts),
    lendToNode: (address) => lend(address, node.namespace),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

function hostOf(address: Address, { hosts: addresses }: Topology, hosts: readonly Host[]): Host {
  const host = hosts[addresses.indexOf(address)];
  if (host === undefined) throw new Error(`the lab has no host ${address}`);
  return host;
}

async function lend(address: Address, namespace: string): Promise<AsyncDisposable> {
  await configureInterfaces([addressLine(address, 'lo')], namespace);
  return {
    [Symbol.asyncDispose]: () => ipBatch([`addr del ${withLength(address)} dev lo`], namespace),
  };
}
