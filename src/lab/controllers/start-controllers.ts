import type { Cidr } from '../../net/cidr.ts';
import type { Family } from '../../net/family.ts';
import type { ObjectStore } from '../api/store/object-store.ts';
import { removeAbandoned } from './abandoned.ts';
import { act, type Decision } from './action.ts';
import { sliceEndpoints } from './endpoint-slices/slice-endpoints.ts';
import { emptyNamespaces } from './namespaces.ts';
import { giveNodeRanges } from './node-ranges.ts';
import { schedulePods } from './schedule-pods.ts';
import { keepDaemonSets } from './workloads/daemon-sets.ts';
import { keepDeployments } from './workloads/deployments.ts';
import { keepReplicaSets } from './workloads/replica-sets.ts';
import { keepStatefulSets } from './workloads/stateful-sets.ts';

export interface ControllerOptions {
  readonly store: ObjectStore;
  /** Of each family of the Pods, where the ranges of Nodes come from (/24 and /64): `10.244.0.0/16`, `fd00:244::/56`. */
  readonly podCIDRs: Readonly<Partial<Record<Family, Cidr>>>;
  /** What a controller wanted went wrong; it is tried again at the next change. */
  readonly onError?: (controller: string, error: unknown) => void;
}

export interface Controllers extends Disposable {
  /** When nothing is left to do, as far as the controllers know; what the kubelets do is not awaited. */
  settled(): Promise<void>;
}

/**
 * Keeps the objects of a store as the controllers and the scheduler of a cluster do: ranges for Nodes, Pods for workloads,
 * a Node for each Pod, EndpointSlices for Services; removes what lost its owner, its Node or its Namespace. What many changes
 * together want is decided once, in the next turn of the event loop.
 */
export function startControllers({ store, podCIDRs, onError }: ControllerOptions): Controllers {
  const decisions: Readonly<Record<string, Decision>> = {
    'node ranges': (objects) => giveNodeRanges(objects, podCIDRs),
    deployments: keepDeployments,
    'replica sets': keepReplicaSets,
    'stateful sets': keepStatefulSets,
    'daemon sets': keepDaemonSets,
    scheduler: schedulePods,
    'endpoint slices': sliceEndpoints,
    abandoned: removeAbandoned,
    namespaces: emptyNamespaces,
  };
  let next: NodeJS.Immediate | undefined;
  let waiting: (() => void)[] = [];
  const plan = () => {
    next ??= setImmediate(turn);
  };
  const turn = () => {
    next = undefined;
    for (const [controller, decide] of Object.entries(decisions))
      takeTurn(store, decide, (error) => onError?.(controller, error));
    if (next !== undefined) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const unwatch = store.watch(plan);
  plan();
  return {
    settled: () => (next === undefined ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    [Symbol.dispose]() {
      unwatch();
      clearImmediate(next);
    },
  };
}

/** Whatever is wrong with one object, or with one controller, does not keep the others from theirs. */
function takeTurn(store: ObjectStore, decide: Decision, failed: (error: unknown) => void): void {
  for (const action of attempt(() => decide(store), failed) ?? []) attempt(() => act(store, action), failed);
}

function attempt<T>(what: () => T, failed: (error: unknown) => void): T | undefined {
  try {
    return what();
  } catch (error) {
    failed(error);
    return undefined;
  }
}
