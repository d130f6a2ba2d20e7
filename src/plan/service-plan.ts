import type { Address } from '../net/address.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Family, Protocol } from '../net/family.ts';
import type { Balance, ServiceKey, TrafficPolicy } from '../state/records.ts';

/** `namespace/name:port`, or `namespace/name` where the port has no name. */
export type ServicePortName = string & { readonly brand: 'ServicePortName' };

/** A pod (or other backend) that a service port may send traffic to. */
export interface Endpoint {
  readonly address: Address;
  readonly port: number;
}

/** Where clients reach a service port. */
export type Frontend =
  | { readonly kind: 'ClusterIP'; readonly address: Address; readonly port: number }
  | { readonly kind: 'ExternalIP'; readonly address: Address; readonly port: number }
  | { readonly kind: 'LoadBalancerIP'; readonly address: Address; readonly port: number }
  | { readonly kind: 'NodePort'; readonly port: number };

/** What happens to internal or external traffic of a service port. */
export type Route =
  /** It goes to the endpoints of this policy. */
  | { readonly action: 'forward'; readonly policy: TrafficPolicy }
  /** There is no endpoint at all: the client is rejected at once. */
  | { readonly action: 'reject' }
  /** Policy Local and no endpoint on this node, but on others: those answer. */
  | { readonly action: 'drop' };

/**
 * The endpoints that this node uses for a service port; each list is sorted by `ip:port`. Equal lists are usually the
 * same array, to save memory with 100,000 endpoints.
 */
export interface EndpointChoice {
  /** For policy Cluster; empty where nothing uses that policy. */
  readonly cluster: readonly Endpoint[];
  /** For policy Local; empty where nothing uses that policy. */
  readonly local: readonly Endpoint[];
  /** Both together, without duplicates. */
  readonly reachable: readonly Endpoint[];
  /** The reachable ones on this node: only these can reach themselves through the Service (hairpin). */
  readonly onThisNode: readonly Endpoint[];
}

/** Who may use the load balancer addresses (`loadBalancerSourceRanges`). */
export interface Firewall {
  readonly sourceRanges: readonly Cidr[];
  /** Whether a range contains this node's own address, so that the node itself may pass. */
  readonly nodeMayPass: boolean;
}

/** What a service port does in one family on this node. Both backends, explain and the tests use this. */
export interface ServicePortPlan {
  readonly service: ServiceKey;
  readonly name: ServicePortName;
  readonly family: Family;
  readonly protocol: Protocol;
  readonly frontends: readonly Frontend[];
  /** Traffic to the ClusterIP. */
  readonly internal: Route;
  /**
   * Traffic from outside the cluster to all other frontends. Under policy Local, traffic of pods and of the node itself
   * still follows policy Cluster.
   */
  readonly external: Route;
  readonly externalTrafficPolicy: TrafficPolicy;
  readonly endpoints: EndpointChoice;
  /** Seconds that a client stays with its endpoint; `undefined` means no affinity. */
  readonly affinityTimeoutSeconds: number | undefined;
  /** How connections are balanced over the endpoints. */
  readonly balance: Balance;
  readonly firewall: Firewall | undefined;
  readonly healthCheckNodePort: number | undefined;
}
