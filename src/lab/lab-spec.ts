import type { Cidr } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';
import type { NetworkKind } from '../pod-network/network-options.ts';
import type { ApiObject } from './api/store/api-object.ts';

/** What a lab is to be. */
export interface LabSpec {
  /** How many nodes, where the objects name none. */
  readonly nodes: number;
  /** Pods of the Deployment `web` for each node; 0 where there is none. */
  readonly pods: number;
  readonly network: NetworkKind;
  readonly cni: CniChoice;
  readonly mode: ProxyMode;
  /** The preferred one first. */
  readonly families: readonly Family[];
  /** Where ClusterIPs come from. */
  readonly serviceCidrs: Readonly<Record<Family, Cidr>>;
  /** Given to the nodes in turn. */
  readonly zones: readonly string[];
  /** In the order in which they are created. */
  readonly objects: readonly ApiObject[];
}

export const cniChoices = ['portolan', 'reference'] as const;
export type CniChoice = (typeof cniChoices)[number];
export const proxyModes = ['iptables', 'nftables'] as const;
export type ProxyMode = (typeof proxyModes)[number];
export const familyChoices = {
  ipv4: ['IPv4'],
  ipv6: ['IPv6'],
  dual: ['IPv4', 'IPv6'],
} as const satisfies Readonly<Record<string, readonly Family[]>>;
