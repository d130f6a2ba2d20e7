import memoize from 'lodash/memoize.js';
import { type Address, familyOf } from '../../net/address.ts';
import { type Cidr, cidrContains, cidrFamily, isZeroCidr } from '../../net/cidr.ts';
import type { Family } from '../../net/family.ts';
import { overlap } from '../../net/networks.ts';
import { type NodeIPs, nodeIPs } from '../../plan/node-ips.ts';
import { type DoctorContext, objectsIfAny } from '../doctor-check.ts';
import { type InterfaceRoles, interfaceRoles } from './network/interface-roles.ts';

/** The node's own address in each family, from configuration and Node object. */
export function ownAddresses(context: DoctorContext): NodeIPs {
  return nodeIPs(context.config.bindAddress, objectsIfAny(context)?.state.node);
}

/** The families of Services; without Services those of the pod networks, else IPv4. */
export function familiesInUse(context: DoctorContext): readonly Family[] {
  const ofServices = clusterIPs(context).map(familyOf);
  const ofPods = podNetworks(context).map(cidrFamily);
  const used = [ofServices, ofPods].find((families) => families.length > 0) ?? ['IPv4'];
  return context.families.filter((family) => used.includes(family));
}

/** The ClusterIPs of all Services. */
export const clusterIPs = memoize((context: DoctorContext): readonly Address[] => {
  const services = objectsIfAny(context)?.state.services.values() ?? [];
  return [...services].flatMap((service) => service.clusterIPs);
});

/** The networks of this node's pods and of all pods, from Node object and configuration. */
export function podNetworks(context: DoctorContext): readonly Cidr[] {
  const own = objectsIfAny(context)?.state.node?.podCIDRs ?? [];
  return [...own, ...clusterCIDRs(context)];
}

/** The networks of all pods, from the configuration. */
export function clusterCIDRs({ config: { detectLocal } }: DoctorContext): readonly Cidr[] {
  return detectLocal.mode === 'ClusterCIDR' ? Object.values(detectLocal.cidrs) : [];
}

/** The roles of interfaces, in all families. */
export const observeRoles = memoize(async (context: DoctorContext): Promise<InterfaceRoles> => {
  const networks = podNetworks(context);
  const pods = localPods(context);
  return interfaceRoles(await context.machine.interfaces(), {
    nodeAddresses: Object.values(ownAddresses(context)),
    defaultDevices: await defaultDevices(context),
    isPodNetwork: (network) =>
      networks.length === 0 ||
      networks.some((cidr) => overlap(cidr, network)) ||
      pods.some(({ address }) => cidrContains(network, address)),
  });
});

async function defaultDevices({ machine, families }: DoctorContext): Promise<readonly string[]> {
  const routes = await Promise.all(families.map((family) => machine.routes(family)));
  return routes
    .flat()
    .filter(({ destination, table }) => isZeroCidr(destination) && table === 'main')
    .flatMap(({ hops }) => hops.map(({ device }) => device));
}

/** An endpoint on this node with a network namespace of its own. */
export interface LocalPod {
  readonly address: Address;
  /** One of its Services, for reports. */
  readonly service: string;
}

/** The pods of this node that are ready endpoints of a Service, without duplicates. */
export const localPods = memoize((context: DoctorContext): readonly LocalPod[] => {
  const state = objectsIfAny(context)?.state;
  if (state === undefined) return [];
  const pods = new Map<Address, LocalPod>();
  for (const service of state.services.keys()) {
    for (const { endpoints } of state.slicesOf(service).values()) {
      for (const { address, nodeName, ready } of endpoints) {
        const here = ready && nodeName === state.nodeName && !state.node?.addresses.includes(address);
        if (here && context.families.includes(familyOf(address))) pods.set(address, { address, service });
      }
    }
  }
  return [...pods.values()];
});
