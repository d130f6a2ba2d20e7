import type { Family } from '../../net/family.ts';
import type { ObjectStore } from '../api/store/object-store.ts';

export interface ControllerOptions {
  readonly store: ObjectStore;
  /** Of each family, where the ranges of nodes come from; `10.244.0.0/16` and `fd00:244::/56` where it is absent. */
  readonly podCIDRs: Readonly<Partial<Record<Family, string>>>;
  /** Something went wrong in a controller, which tries again at the next change. */
  readonly onError?: (controller: string, error: unknown) => void;
}

export interface Controllers extends Disposable {
  /** When nothing is left to do, as far as the controllers know; what the kubelets do is not awaited. */
  settled(): Promise<void>;
}

/**
 * Keeps the objects of a store as the controllers and the scheduler of a cluster do: ranges for Nodes, Pods for workloads,
 * a Node for each Pod, EndpointSlices for Services; removes what lost its owner or its Namespace.
 */
export function startControllers(options: ControllerOptions): Controllers {
  throw new Error(`not there yet: ${Object.keys(options)}`);
}
