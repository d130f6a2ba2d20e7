import type { Deployment, ReplicaSet } from '../../api/kinds/kinds.ts';

export interface Scaling {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

/**
 * How many Pods the newest version and the others may have next, so that at no time too many run and too few serve.
 * `areGone`: no Pod of the others is left, not even one that is about to end.
 */
export function planRollout(
  { spec }: Deployment,
  current: ReplicaSet,
  others: readonly ReplicaSet[],
  areGone: boolean,
): readonly Scaling[] {
  const wanted = spec.replicas ?? 1;
  const scalings =
    spec.strategy?.type === 'Recreate'
      ? recreate(wanted, current, others, areGone)
      : rollingUpdate(wanted, limitsOf(spec, wanted), current, others);
  return scalings.filter(({ set, replicas }) => replicasOf(set) !== replicas);
}

export function replicasOf({ spec }: ReplicaSet): number {
  return spec.replicas ?? 1;
}

/** All Pods of the others go first. */
function recreate(
  wanted: number,
  current: ReplicaSet,
  others: readonly ReplicaSet[],
  areGone: boolean,
): readonly Scaling[] {
  return [
    ...others.map((set) => ({ set, replicas: 0 })),
    ...(areGone ? [{ set: current, replicas: wanted }] : []),
  ];
}

interface RolloutLimits {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Percentages are rounded up and down; both may not be 0 (deployment_util.go, ResolveFenceposts). */
function limitsOf({ strategy }: Deployment['spec'], wanted: number): RolloutLimits {
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy?.rollingUpdate ?? {};
  const surge = part(maxSurge, wanted, Math.ceil);
  const unavailable = part(maxUnavailable, wanted, Math.floor);
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function part(value: number | string, whole: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? 0 : round((Number(percent) * whole) / 100);
}

/** deployment/rolling.go: scale up within the surge, then down what is not ready, then what can be spared. */
function rollingUpdate(
  wanted: number,
  { maxSurge, maxUnavailable }: RolloutLimits,
  current: ReplicaSet,
  others: readonly ReplicaSet[],
): readonly Scaling[] {
  const old = sum(others, replicasOf);
  const room = wanted + maxSurge - old - replicasOf(current);
  const up = Math.min(wanted, Math.max(replicasOf(current), replicasOf(current) + room));
  const scalings = [{ set: current, replicas: old === 0 ? wanted : up }];
  const starting = Math.max(0, replicasOf(current) - available(current));
  let spare = old + replicasOf(current) - (wanted - maxUnavailable) - starting;
  for (const set of oldestFirst(others)) {
    const unhealthy = Math.min(Math.max(0, spare), Math.max(0, replicasOf(set) - available(set)));
    spare -= unhealthy;
    scalings.push({ set, replicas: replicasOf(set) - unhealthy });
  }
  let sparable = sum([current, ...others], available) - (wanted - maxUnavailable);
  return scalings.map(({ set, replicas }) => {
    if (set === current) return { set, replicas };
    const less = Math.max(0, Math.min(sparable, replicas, available(set)));
    sparable -= less;
    return { set, replicas: replicas - less };
  });
}

/** Those that it is about to give up do not count any more. */
function available(set: ReplicaSet): number {
  return Math.min(set.status?.availableReplicas ?? 0, replicasOf(set));
}

function oldestFirst(sets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return sets.toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
}

function sum(sets: readonly ReplicaSet[], value: (set: ReplicaSet) => number): number {
  return sets.reduce((total, set) => total + value(set), 0);
}
