import type { Address } from '../net/address.ts';
import type { Cidr } from '../net/cidr.ts';
import type { MacAddress } from '../net/mac-address.ts';
import type { BgpPlan } from './bgp/plan-bgp.ts';

/** What a node needs, so that its pods and those of other nodes reach one another. */
export interface NetworkPlan {
  readonly tunnel: TunnelPlan | undefined;
  readonly routes: readonly RoutePlan[];
  /** What a routing daemon announces and takes, where it makes the routes. */
  readonly bgp: BgpPlan | undefined;
  /** What pods' addresses are hidden from: all but these. `undefined` where nothing is masqueraded. */
  readonly masquerade: MasqueradePlan | undefined;
  /** Bytes: what a pod's link may carry at once. */
  readonly podMtu: number;
}

/** The VXLAN device of this node, and what it knows of the others. */
export interface TunnelPlan {
  readonly mac: MacAddress;
  readonly local: Address;
  /** Index of the uplink. */
  readonly link: number;
  readonly mtu: number;
  /** One a family: the first address of the node's own pods' network. */
  readonly addresses: readonly Address[];
  readonly peers: readonly TunnelPeer[];
}

/** Another node's end of the tunnel. */
export interface TunnelPeer {
  readonly node: string;
  readonly mac: MacAddress;
  readonly address: Address;
  /** What routes to its pods lead to: one a network. */
  readonly gateways: readonly Address[];
}

/** The way to the pods of another node. */
export interface RoutePlan {
  readonly node: string;
  readonly destination: Cidr;
  readonly gateway: Address;
  readonly by: 'tunnel' | 'uplink';
}

export interface MasqueradePlan {
  /** The node's own pods. */
  readonly sources: readonly Cidr[];
  /** All pods. */
  readonly destinations: readonly Cidr[];
}
