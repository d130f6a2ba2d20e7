import type { Interface, Route } from '../../../kernel/node/machine.ts';
import type { Address } from '../../../net/address.ts';
import { type Cidr, cidrFamily } from '../../../net/cidr.ts';
import { objectsIfAny, type Subject } from '../../doctor-check.ts';
import { clusterCIDRs, localPods, observeRoles } from '../node-facts.ts';
import type { InterfaceRoles } from './interface-roles.ts';
import { isHost } from './networks.ts';

/** The networks of a cluster, as far as this node knows them. */
export interface ClusterNetworks {
  /** Of the ServiceCIDR objects. */
  readonly services: readonly Named[];
  /** Of the Node object: those of this node's pods. */
  readonly pods: readonly Named[];
  /** Of the configuration: those of all pods. */
  readonly cluster: readonly Named[];
  /** Networks of interfaces that are no pods' own. */
  readonly links: readonly LinkNetwork[];
  readonly routes: readonly Route[];
  /** Interfaces that pods are behind. */
  readonly podInterfaces: ReadonlySet<string>;
  /** Addresses of pods of this node, by the EndpointSlices and as far as their interfaces are visible. */
  readonly podAddresses: readonly Address[];
}

export interface Named {
  readonly cidr: Cidr;
  /** `the service CIDR 10.96.0.0/16 (ServiceCIDR kubernetes)`. */
  readonly name: string;
}

export interface LinkNetwork extends Named {
  readonly device: string;
  /** Whether the node has its own address there. */
  readonly ofNode: boolean;
}

export async function observeNetworks(subject: Subject): Promise<ClusterNetworks> {
  const { families, machine } = subject;
  const ofFamilies = ({ cidr }: Named) => families.includes(cidrFamily(cidr));
  const state = objectsIfAny(subject)?.state;
  const roles = await observeRoles(subject);
  return {
    services: [...(state?.serviceCIDRs ?? [])]
      .flatMap(({ name, cidrs }) =>
        cidrs.map((cidr) => ({ cidr, name: `the service CIDR ${cidr} (ServiceCIDR ${name})` })),
      )
      .filter(ofFamilies),
    pods: (state?.node?.podCIDRs ?? [])
      .map((cidr) => ({ cidr, name: `the pod CIDR ${cidr} of Node ${subject.nodeName}` }))
      .filter(ofFamilies),
    cluster: clusterCIDRs(subject)
      .map((cidr) => ({ cidr, name: `clusterCIDR ${cidr} of the configuration` }))
      .filter(ofFamilies),
    links: linkNetworks(await machine.interfaces(), roles).filter(ofFamilies),
    routes: (await Promise.all(families.map((family) => machine.routes(family)))).flat(),
    podInterfaces: podInterfaces(roles),
    podAddresses: await podAddresses(subject, roles),
  };
}

function podInterfaces({ bridges, routedPods, tunnels }: InterfaceRoles): ReadonlySet<string> {
  const own = [...bridges.map(({ bridge }) => bridge), ...routedPods, ...tunnels];
  return new Set(own.map(({ name }) => name));
}

async function podAddresses(
  subject: Subject,
  { bridges, routedPods }: InterfaceRoles,
): Promise<readonly Address[]> {
  const hosts = [...bridges.flatMap(({ ports }) => ports), ...routedPods].map(({ name }) => name);
  const { interfaces } = await subject.machine.podInterfaces();
  const seen = interfaces.filter(({ host }) => hosts.includes(host)).flatMap(({ addresses }) => addresses);
  return [...new Set([...localPods(subject).map(({ address }) => address), ...seen])];
}

/** An address by itself, as on a loopback or tunnel, is no network. */
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
