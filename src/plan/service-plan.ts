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

/** What happens to traffic that came in by one side, internal or external. */
export type Route =
  /** To the endpoints of this policy. */
  | { readonly action: 'forward'; readonly policy: TrafficPolicy }
  /** No endpoint anywhere: the client learns it at once. */
  | { readonly action: 'reject' }
  /** Endpoints elsewhere, but policy Local and none on this node: another node answers. */
  | { readonly action: 'drop' };

/**
 * The endpoints that this node uses for a service port; each list sorted by `ip:port`. The last two are mostly one
 * array with an earlier list that says the same, as 100,000 endpoints take memory.
 */
export interface EndpointChoice {
  /** For policy Cluster; empty where nothing uses that policy. */
  readonly cluster: readonly Endpoint[];
  /** For policy Local; empty where nothing uses that policy. */
  readonly local: readonly Endpoint[];
  /** Both together, without duplicates. */
  readonly reachable: readonly Endpoint[];
  /** The reachable ones that run on this node: only these can reach themselves through the Service (hairpin). */
  readonly onThisNode: readonly Endpoint[];
}

/** Who may use the load balancer addresses (`loadBalancerSourceRanges`). */
export interface Firewall {
  readonly sourceRanges: readonly Cidr[];
  /** A range holds this node's own address: then the node reaches the addresses too. */
  readonly nodeMayPass: boolean;
}

/** All that one service port does in one family on this node. Both backends, explain and the tests read this. */
export interface ServicePortPlan {
  readonly service: ServiceKey;
  readonly name: ServicePortName;
  readonly family: Family;
  readonly protocol: Protocol;
  readonly frontends: readonly Frontend[];
  /** Traffic to the ClusterIP. */
  readonly internal: Route;
  /**
   * Traffic to every other frontend from outside the cluster. By policy Local the traffic of pods and of
   * the node itself still goes by policy Cluster.
   */
  readonly external: Route;
  readonly externalTrafficPolicy: TrafficPolicy;
  readonly endpoints: EndpointChoice;
  /** Seconds that a client stays with its endpoint; `undefined` means no affinity. */
  readonly affinityTimeoutSeconds: number | undefined;
  /** How connections are spread over the endpoints. */
  readonly balance: Balance;
  readonly firewall: Firewall | undefined;
  readonly healthCheckNodePort: number | undefined;
}
