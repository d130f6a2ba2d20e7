import type { Cidr } from '../net/cidr.ts';
import type { BgpOptions } from './bgp/bgp-options.ts';

/** How packets between pods of different nodes travel. */
export const networkKinds = ['vxlan', 'host-gw', 'bgp'] as const;
export type NetworkKind = (typeof networkKinds)[number];

export type NetworkOptions = CommonOptions & NetworkWay;

/** The kind, and what only that kind needs. */
export type NetworkWay =
  | { readonly network: Exclude<NetworkKind, 'bgp'> }
  | { readonly network: 'bgp'; readonly bgp: BgpOptions };

interface CommonOptions {
  /** The name of the Node object of this machine. */
  readonly nodeName: string;
  /** The networks of all pods; where there are none, those of the known nodes. */
  readonly clusterCIDRs: readonly Cidr[];
  /** Whether pods' packets that leave the pod networks get the node's address. */
  readonly masquerade: boolean;
  /** Where the plugins' configuration is written; `undefined` where somebody else does that. */
  readonly cni: CniFolders | undefined;
}

/** Where a runtime finds plugins and their configuration. */
export interface CniFolders {
  readonly config: string;
  readonly plugins: string;
}

/** The VXLAN of all nodes: flannel and Calico use these on Linux, too. */
export const vxlanPort = 8472;
export const vxlanId = 1;

/** The tunnel's device on each node; nothing else of that name is touched. */
export const tunnelName = 'portolan-vxlan';

/** Marks the routes that are ours (`ip route show proto 80`); /etc/iproute2/rt_protos leaves the number free. */
export const routeProtocol = 80;

/** Where the configuration and the control socket of the routing daemon are. */
export const birdFolder = '/run/portolan-pod-network';
