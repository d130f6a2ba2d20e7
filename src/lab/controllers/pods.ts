import type { Pod } from '../api/kinds/kinds.ts';

/** Whether a Pod's containers are ready to serve, as its kubelet says. */
export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

/** Whether its containers came to their end, and stay there. */
export function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Whether it counts among the Pods that a workload wants. */
export function isActive(pod: Pod): boolean {
  return !isOver(pod) && !isTerminating(pod);
}
