import type { NamespaceNetwork, NodeNetwork } from '../../kernel/cni/node-network.ts';
import type { Address } from '../../net/address.ts';
import { familyOf } from '../../net/address.ts';
import type { Addressing } from './addressing.ts';

export interface Awaited {
  readonly netns: string;
  /** Name of the node's end of the pair. */
  readonly host: string;
  readonly addressing: Addressing;
}

/**
 * Waits until packets get through: the kernel forwards by a new port of a bridge, and takes packets to a new IPv6 address, a
 * moment after it was told to. After some seconds the call goes on all the same.
 */
export function waitUntilReachable(node: NodeNetwork, { netns, host, addressing }: Awaited): void {
  const [inside, gateways] = [ipv6Of(addressing.ips), ipv6Of(addressing.bridgeAddresses)];
  const isReachable = () =>
    node.findLink(host)?.isRunning === true &&
    areLocal(node, gateways) &&
    (inside.length === 0 || node.inNamespace(netns, (network) => areLocal(network, inside)));
  for (let tries = 0; tries < mostTries && !isReachable(); tries += 1) pause();
}

function ipv6Of(addresses: readonly { readonly address: Address }[]): readonly Address[] {
  return addresses.map(({ address }) => address).filter((address) => familyOf(address) === 'IPv6');
}

function areLocal(network: NamespaceNetwork, addresses: readonly Address[]): boolean {
  return addresses.every((address) => network.isLocalAddress(address));
}

/** A millisecond, on this thread. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

const mostTries = 5_000;
