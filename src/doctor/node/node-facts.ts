import memoize from 'lodash/memoize.js';
import { type Address, familyOf } from '../../net/address.ts';
import { type Cidr, cidrContains, cidrFamily, isZeroCidr } from '../../net/cidr.ts';
import type { Family } from '../../net/family.ts';
import { type NodeIPs, nodeIPs } from '../../plan/node-ips.ts';
import { objectsIfAny, type Subject } from '../doctor-check.ts';
import { type InterfaceRoles, interfaceRoles } from './network/interface-roles.ts';
import { overlap } from './network/networks.ts';

/** The node's own address in each family, as configuration and Node object say. */
export function ownAddresses(subject: Subject): NodeIPs {
  return nodeIPs(subject.config.bindAddress, objectsIfAny(subject)?.state.node);
}

/** The families that Services have addresses in; where there are none, those of the pods' networks, and else IPv4. */
export function familiesInUse(subject: Subject): readonly Family[] {
  const ofServices = clusterIPs(subject).map(familyOf);
  const ofPods = podNetworks(subject).map(cidrFamily);
  const used = [ofServices, ofPods].find((families) => families.length > 0) ?? ['IPv4'];
  return subject.families.filter((family) => used.includes(family));
}

/** The ClusterIPs of all Services. */
export const clusterIPs = memoize((subject: Subject): readonly Address[] => {
  const services = objectsIfAny(subject)?.state.services.values() ?? [];
  return [...services].flatMap((service) => service.clusterIPs);
});

/** The networks of this node's pods, and of all pods, as Node object and configuration say. */
export function podNetworks(subject: Subject): readonly Cidr[] {
  const own = objectsIfAny(subject)?.state.node?.podCIDRs ?? [];
  return [...own, ...clusterCIDRs(subject)];
}

/** The networks of all pods, as the configuration says. */
export function clusterCIDRs({ config: { detectLocal } }: Subject): readonly Cidr[] {
  return detectLocal.mode === 'ClusterCIDR' ? Object.values(detectLocal.cidrs) : [];
}

/** The interfaces by what they are for, in all families. */
export const observeRoles = memoize(async (subject: Subject): Promise<InterfaceRoles> => {
  const networks = podNetworks(subject);
  const pods = localPods(subject);
  return interfaceRoles(await subject.machine.interfaces(), {
    nodeAddresses: Object.values(ownAddresses(subject)),
    defaultDevices: await defaultDevices(subject),
    isPodNetwork: (network) =>
      networks.length === 0 ||
      networks.some((cidr) => overlap(cidr, network)) ||
      pods.some(({ address }) => cidrContains(network, address)),
  });
});

async function defaultDevices({ machine, families }: Subject): Promise<readonly string[]> {
  const routes = await Promise.all(families.map((family) => machine.routes(family)));
  return routes
    .flat()
    .filter(({ destination, table }) => isZeroCidr(destination) && table === 'main')
    .flatMap(({ hops }) => hops.map(({ device }) => device));
}

/** An endpoint of a Service that runs on this node, in a network namespace of its own. */
export interface LocalPod {
  readonly address: Address;
  /** One of the Services that it serves, for people. */
  readonly service: string;
}

/** The pods of this node that are ready to serve a Service, each once, by the EndpointSlices. */
export const localPods = memoize((subject: Subject): readonly LocalPod[] => {
  const state = objectsIfAny(subject)?.state;
  if (state === undefined) return [];
  const pods = new Map<Address, LocalPod>();
  for (const service of state.services.keys()) {
    for (const { endpoints } of state.slicesOf(service).values()) {
      for (const { address, nodeName, ready } of endpoints) {
        const here = ready && nodeName === state.nodeName && !state.node?.addresses.includes(address);
        if (here && subject.families.includes(familyOf(address))) pods.set(address, { address, service });
      }
    }
  }
  return [...pods.values()];
});
