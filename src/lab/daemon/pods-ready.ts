import type { Pod } from '../api/kinds/kinds.ts';
import type { ObjectStore } from '../api/store/object-store.ts';
import { untilStore } from './until-store.ts';

/** Resolves when all workloads have their pods, and all of these are ready that can be. */
export function untilPodsReady(store: ObjectStore): Promise<void> {
  return untilStore(store, () => {
    const pods = store.list('Pod');
    return (
      hasAllPods(store) && pods.every((pod) => pod.metadata.deletionTimestamp === undefined && isReady(pod))
    );
  });
}

export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

function hasAllPods(store: ObjectStore): boolean {
  return store.list('Deployment').every(({ metadata, spec: { replicas = 1 }, status }) => {
    const { generation } = metadata;
    return status?.observedGeneration === generation && (status?.replicas ?? 0) === replicas;
  });
}
