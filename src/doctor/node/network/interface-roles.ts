import type { Interface } from '../../../kernel/node/machine.ts';
import type { Address } from '../../../net/address.ts';
import type { Cidr } from '../../../net/cidr.ts';
import { isHost } from './networks.ts';

/** The interfaces that Service traffic passes, by what they are for. */
export interface InterfaceRoles {
  /** With an address of the node; where none is known or here, those with a default route. */
  readonly uplinks: readonly Interface[];
  readonly bridges: readonly PodBridge[];
  /** veth devices that are no port of a bridge and lead to no network: each is a pod's, and routed to. */
  readonly routedPods: readonly Interface[];
  readonly tunnels: readonly Interface[];
}

/** What tells the interfaces of a cluster from others. */
export interface RoleHints {
  readonly nodeAddresses: readonly Address[];
  /** Devices of default routes. */
  readonly defaultDevices: readonly string[];
  /** Whether pods have addresses of the network; true of any where nobody knows. */
  isPodNetwork(network: Cidr): boolean;
}

/** A bridge that pods are ports of. */
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
