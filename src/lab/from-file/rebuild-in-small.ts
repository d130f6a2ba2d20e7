import type { Problem } from '../../state/problem.ts';
import type { ApiObject } from '../api/store/api-object.ts';

export interface Limits {
  /** Pods of one workload, at most. */
  readonly podsOfWorkload: number;
  readonly nodes: number;
}

export interface Rebuilt {
  /** In the order in which they are to be created: Namespaces and Nodes before what is in and on them. */
  readonly objects: readonly ApiObject[];
  /** What was left out or changed, and why. */
  readonly problems: readonly Problem[];
}

/** An object as a file has it, and where it stands there: `objects.yaml:12`. */
export interface Found {
  readonly object: ApiObject;
  readonly origin?: string;
}

/**
 * Objects for a lab, made of manifests or of what `kubectl get -o yaml` gave of a cluster: without what belongs to the other
 * cluster alone (status, versions, owners that are absent), and no more of them than the limits allow.
 */
export function rebuildInSmall(found: readonly Found[], limits: Limits): Rebuilt {
  throw new Error(`not there yet: ${found.length} ${limits.nodes}`);
}
