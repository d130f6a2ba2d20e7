import type { Interface, Route } from '../../../kernel/node/machine.ts';
import type { Address } from '../../../net/address.ts';
import { type Cidr, cidrFamily } from '../../../net/cidr.ts';
import { isHost } from '../../../net/networks.ts';
import { type DoctorContext, objectsIfAny } from '../../doctor-check.ts';
import { clusterCIDRs, localPods, observeRoles } from '../node-facts.ts';
import type { InterfaceRoles } from './interface-roles.ts';

/** The networks of a cluster, as far as this node knows them. */
export interface ClusterNetworks {
  /** The networks of ServiceCIDR objects. */
  readonly services: readonly Named[];
  /** The pod CIDRs of the Node object. */
  readonly pods: readonly Named[];
  /** The networks of all pods, from the configuration. */
  readonly cluster: readonly Named[];
  /** Networks of interfaces that do not belong to pods. */
  readonly links: readonly LinkNetwork[];
  readonly routes: readonly Route[];
  /** Interfaces that pods are behind. */
  readonly podInterfaces: ReadonlySet<string>;
  /** Addresses of this node's pods, from EndpointSlices and from pod interfaces as far as they are visible. */
  readonly podAddresses: readonly Address[];
}

export interface Named {
  readonly cidr: Cidr;
  /** `the service CIDR 10.96.0.0/16 (ServiceCIDR kubernetes)`. */
  readonly name: string;
}

export interface LinkNetwork extends Named {
  readonly device: string;
  /** Whether the node's own address is in it. */
  readonly ofNode: boolean;
}

export async function observeNetworks(context: DoctorContext): Promise<ClusterNetworks> {
  const { families, machine } = context;
  const ofFamilies = ({ cidr }: Named) => families.includes(cidrFamily(cidr));
  const state = objectsIfAny(context)?.state;
  const roles = await observeRoles(context);
  return {
    services: [...(state?.serviceCIDRs ?? [])]
      .flatMap(({ name, cidrs }) =>
        cidrs.map((cidr) => ({ cidr, name: `the service CIDR ${cidr} (ServiceCIDR ${name})` })),
      )
      .filter(ofFamilies),
    pods: (state?.node?.podCIDRs ?? [])
      .map((cidr) => ({ cidr, name: `the pod CIDR ${cidr} of Node ${context.nodeName}` }))
      .filter(ofFamilies),
    cluster: clusterCIDRs(context)
      .map((cidr) => ({ cidr, name: `clusterCIDR ${cidr} of the configuration` }))
      .filter(ofFamilies),
    links: linkNetworks(await machine.interfaces(), roles).filter(ofFamilies),
    routes: (await Promise.all(families.map((family) => machine.routes(family)))).flat(),
    podInterfaces: podInterfaces(roles),
    podAddresses: await podAddresses(context, roles),
  };
}

function podInterfaces({ bridges, routedPods, tunnels }: InterfaceRoles): ReadonlySet<string> {
  const own = [...bridges.map(({ bridge }) => bridge), ...routedPods, ...tunnels];
  return new Set(own.map(({ name }) => name));
}

async function podAddresses(
  context: DoctorContext,
  { bridges, routedPods }: InterfaceRoles,
): Promise<readonly Address[]> {
  const hosts = [...bridges.flatMap(({ ports }) => ports), ...routedPods].map(({ name }) => name);
  const { interfaces } = await context.machine.podInterfaces();
  const seen = interfaces.filter(({ host }) => hosts.includes(host)).flatMap(({ addresses }) => addresses);
  return [...new Set([...localPods(context).map(({ address }) => address), ...seen])];
}

/** The networks of interfaces; a host address, as on loopback or tunnels, does not count. */
function linkNetworks(interfaces: readonly Interface[], roles: InterfaceRoles): readonly LinkNetwork[] {
  const pods = podInterfaces(roles);
  return interfaces
    .filter(({ loopback, up, name }) => up && !loopback && !pods.has(name))
    .flatMap((one) => {
      const global = one.addresses.filter(({ scope, network }) => scope === 'global' && !isHost(network));
      return global.map(({ network }) => ({
        cidr: network,
        name: `the network ${network} of ${one.name}`,
        device: one.name,
        ofNode: roles.uplinks.includes(one),
      }));
    });
}
