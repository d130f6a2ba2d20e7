import type { Family } from '../../net/family.ts';
import type { ObjectStore } from './store/object-store.ts';

export interface ClusterNetwork {
  /** The families of the cluster, the preferred one first. */
  readonly families: readonly Family[];
  /** Of each family, where ClusterIPs come from; `10.96.0.0/16` and `fd00:96::/112` where it is absent. */
  readonly serviceCIDRs?: Readonly<Partial<Record<Family, string>>>;
  /** First and last node port; 30000 and 32767 where it is absent. */
  readonly nodePorts?: readonly [first: number, last: number];
}

/**
 * A store with what a new cluster has: the Namespaces `default` and `kube-system`, the ServiceCIDR `kubernetes`, and the
 * Service `default/kubernetes` (without endpoints). What is written is completed and checked as an API server does it.
 */
export function createStore(network: ClusterNetwork): ObjectStore {
  throw new Error(`not there yet: ${network.families}`);
}
