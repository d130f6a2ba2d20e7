import type { Interface } from '../../../kernel/node/machine.ts';
import type { Address } from '../../../net/address.ts';
import type { Cidr } from '../../../net/cidr.ts';
import { isHost } from '../../../net/networks.ts';

/** The interfaces that Service traffic passes, by their role. */
export interface InterfaceRoles {
  /** Those with an address of the node; where none is known or present, those with a default route. */
  readonly uplinks: readonly Interface[];
  readonly bridges: readonly PodBridge[];
  /** veth devices outside bridges and without a network of their own: each leads to a pod by a route. */
  readonly routedPods: readonly Interface[];
  readonly tunnels: readonly Interface[];
}

/** What distinguishes the interfaces of a cluster from others. */
export interface RoleHints {
  readonly nodeAddresses: readonly Address[];
  /** Devices of default routes. */
  readonly defaultDevices: readonly string[];
  /** Whether pods have addresses of the network; true for any network where that is unknown. */
  isPodNetwork(network: Cidr): boolean;
}

/** A bridge whose ports lead to pods. */
export interface PodBridge {
  readonly bridge: Interface;
  readonly ports: readonly Interface[];
}

export function interfaceRoles(
  interfaces: readonly Interface[],
  { nodeAddresses, defaultDevices, isPodNetwork }: RoleHints,
): InterfaceRoles {
  const up = interfaces.filter((one) => one.up && !one.loopback);
  const withNodeAddress = up.filter(({ addresses }) =>
    addresses.some(({ address }) => nodeAddresses.includes(address)),
  );
  const uplinks =
    withNodeAddress.length > 0 ? withNodeAddress : up.filter(({ name }) => defaultDevices.includes(name));
  const pods = up.filter((one) => one.kind === 'veth' && !uplinks.includes(one));
  return {
    uplinks,
    bridges: up
      .filter(
        ({ kind, addresses }) => kind === 'bridge' && addresses.some(({ network }) => isPodNetwork(network)),
      )
      .map((bridge) => ({ bridge, ports: pods.filter(({ master }) => master === bridge.name) }))
      .filter(({ ports }) => ports.length > 0),
    routedPods: pods.filter((one) => one.master === undefined && !hasNetwork(one)),
    tunnels: up.filter(({ tunnel }) => tunnel !== undefined),
  };
}

function hasNetwork({ addresses }: Interface): boolean {
  return addresses.some(({ scope, network }) => scope === 'global' && !isHost(network));
}
