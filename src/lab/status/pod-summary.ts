import type { Pod } from '../api/kinds/kinds.ts';
import { isObject } from '../api/store/api-object.ts';
import { isReady } from '../daemon/pods-ready.ts';
import type { PodStatus } from './lab-status.ts';

/** A Pod in a line of `lab status`. */
export function podSummary(pod: Pod): PodStatus {
  const { metadata, spec, status } = pod;
  const waiting = status?.containerStatuses?.flatMap(({ state }) =>
    isObject(state?.waiting) && typeof state.waiting.message === 'string' ? [state.waiting.message] : [],
  );
  return {
    name: `${metadata.namespace}/${metadata.name}`,
    node: spec.nodeName,
    addresses: status?.podIPs?.map(({ ip }) => ip) ?? [],
    phase: metadata.deletionTimestamp === undefined ? (status?.phase ?? 'Pending') : 'Terminating',
    ready: isReady(pod),
    reason: waiting?.[0],
  };
}
