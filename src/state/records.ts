import type { Address } from '../net/address.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Family, Protocol } from '../net/family.ts';

/**
 * What is kept of each object: only what the plan needs, already checked.
 * Every string in a record is safe to print into rules: names are DNS labels, addresses are canonical.
 */

/** `namespace/name` of a Service. */
export type ServiceKey = string & { readonly brand: 'ServiceKey' };
/** `namespace/name` of an EndpointSlice. */
export type SliceKey = string & { readonly brand: 'SliceKey' };

export type TrafficPolicy = 'Cluster' | 'Local';

/** How connections are spread over the endpoints of a Service: the values of `balanceAnnotation`. */
export const balances = ['random', 'round-robin', 'source-hash', 'maglev'] as const;
export type Balance = (typeof balances)[number];
/** The annotation of a Service that says so; `random` where it is absent or empty. */
export const balanceAnnotation = 'portolan.dev/balance';

export interface ServiceRecord {
  readonly key: ServiceKey;
  /** Empty when the object carries none. Events name it, so that `kubectl describe` finds them. */
  readonly uid: string;
  /** RFC 3339; empty when the object carries none. Decides who keeps an address that two Services claim. */
  readonly createdAt: string;
  /** The value of the label `service.kubernetes.io/service-proxy-name`; empty when absent. */
  readonly proxyName: string;
  /** At most one a family. */
  readonly clusterIPs: readonly Address[];
  readonly externalIPs: readonly Address[];
  /** Ingress addresses of the load balancer that this proxy answers for (`ipMode` VIP or absent). */
  readonly loadBalancerIPs: readonly Address[];
  readonly loadBalancerSourceRanges: readonly Cidr[];
  readonly ports: readonly ServicePortRecord[];
  readonly internalTrafficPolicy: TrafficPolicy;
  readonly externalTrafficPolicy: TrafficPolicy;
  /** Seconds that a client stays with its endpoint; `undefined` means no affinity. */
  readonly affinityTimeoutSeconds: number | undefined;
  readonly balance: Balance;
  /** Only where `externalTrafficPolicy: Local` of a load balancer asks for it. */
  readonly healthCheckNodePort: number | undefined;
}

export interface ServicePortRecord {
  /** Empty for the only port of a Service. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly nodePort: number | undefined;
}

export interface EndpointSliceRecord {
  readonly key: SliceKey;
  readonly service: ServiceKey;
  readonly family: Family;
  readonly ports: readonly EndpointPortRecord[];
  readonly endpoints: readonly EndpointRecord[];
}

export interface EndpointPortRecord {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}

export interface EndpointRecord {
  readonly address: Address;
  readonly nodeName: string | undefined;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Zones of `hints.forZones`; `undefined` when there are none. */
  readonly forZones: readonly string[] | undefined;
  /** Nodes of `hints.forNodes`; `undefined` when there are none. */
  readonly forNodes: readonly string[] | undefined;
}

export interface NodeRecord {
  readonly name: string;
  /** The label `topology.kubernetes.io/zone`; empty when absent. */
  readonly zone: string;
  /** InternalIP addresses first, then ExternalIP, in the object's order. */
  readonly addresses: readonly Address[];
  readonly podCIDRs: readonly Cidr[];
  /** It has a deletion timestamp, or the cluster autoscaler's taint: load balancers must look elsewhere. */
  readonly beingDeleted: boolean;
}

export interface ServiceCIDRRecord {
  readonly name: string;
  readonly cidrs: readonly Cidr[];
}

/** One object as it now is; `record: undefined` when it is gone, or is one that this proxy ignores. */
export type Change =
  | { readonly kind: 'Service'; readonly key: ServiceKey; readonly record: ServiceRecord | undefined }
  | {
      readonly kind: 'EndpointSlice';
      readonly key: SliceKey;
      readonly record: EndpointSliceRecord | undefined;
      /** When what changed the slice happened, in milliseconds since the epoch, where the object says so. */
      readonly triggeredAt?: number;
    }
  | { readonly kind: 'Node'; readonly key: string; readonly record: NodeRecord | undefined }
  | { readonly kind: 'ServiceCIDR'; readonly key: string; readonly record: ServiceCIDRRecord | undefined };

export type ObjectKind = Change['kind'];
