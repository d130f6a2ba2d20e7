import type { Deployment, ReplicaSet } from '../../api/kinds/kinds.ts';
import type { Condition } from '../../api/kinds/pod.ts';
import { now } from '../../api/store/now.ts';

/** How far a Deployment is, in the words that `kubectl rollout status` waits for. */
export function deploymentStatus(
  { metadata, spec, status }: Deployment,
  current: ReplicaSet | undefined,
  others: readonly ReplicaSet[],
): NonNullable<Deployment['status']> {
  const all = current === undefined ? others : [current, ...others];
  const sum = (member: 'replicas' | 'readyReplicas' | 'availableReplicas') =>
    all.reduce((total, set) => total + (set.status?.[member] ?? 0), 0);
  const [replicas, available, wanted] = [sum('replicas'), sum('availableReplicas'), spec.replicas ?? 1];
  const updated = current?.status?.replicas ?? 0;
  const isDone = updated === wanted && replicas === wanted && available === wanted;
  return {
    observedGeneration: metadata.generation,
    ...withoutZeros({
      replicas,
      updatedReplicas: updated,
      readyReplicas: sum('readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, wanted - available),
    }),
    conditions: [
      condition(status?.conditions, 'Available', available >= wanted),
      condition(status?.conditions, 'Progressing', true, isDone),
    ],
  };
}

function withoutZeros(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** The time stays where the condition does. */
function condition(
  before: readonly Condition[] | undefined,
  type: 'Available' | 'Progressing',
  holds: boolean,
  isDone = false,
): Condition {
  const old = before?.find((each) => each.type === type);
  const status = holds ? 'True' : 'False';
  const reason =
    type === 'Available'
      ? `MinimumReplicas${holds ? 'Available' : 'Unavailable'}`
      : isDone
        ? 'NewReplicaSetAvailable'
        : 'ReplicaSetUpdated';
  if (old?.status === status && old.reason === reason) return old;
  const time = now();
  const transition = old?.status === status ? old.lastTransitionTime : time;
  return { type, status, reason, lastTransitionTime: transition, lastUpdateTime: time };
}
