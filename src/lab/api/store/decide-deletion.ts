import { type ApiObject, isObject, type StoredObject } from './api-object.ts';

export interface DeleteOptions {
  /** Seconds until a Pod's containers are killed; that of its spec where it is absent. */
  readonly gracePeriodSeconds?: number;
  /** Refused where the object is another, or another version. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly dryRun?: boolean;
}

/** Whether an object goes at once, stays as it is, or stays with a time at which it was deleted. */
export function decideDeletion(
  before: StoredObject,
  { gracePeriodSeconds }: DeleteOptions,
  isEmpty: boolean,
): 'remove' | 'leave' | ApiObject {
  const grace = graceOf(before, gracePeriodSeconds);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = before.metadata;
  if (grace === 0 && finalizers.length === 0 && isEmpty) return 'remove';
  if (deletionTimestamp !== undefined && deletionGracePeriodSeconds <= grace) return 'leave';
  const end = new Date(Date.now() + grace * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  const metadata = { ...before.metadata, deletionTimestamp: end, deletionGracePeriodSeconds: grace };
  if (before.kind !== 'Namespace') return { ...before, metadata };
  return { ...before, metadata, status: { ...statusOf(before), phase: 'Terminating' } };
}

/** Only a Pod whose containers may run has time to end (registry/core/pod/strategy.go). */
function graceOf({ kind, spec, status }: StoredObject, asked: number | undefined): number {
  if (kind !== 'Pod' || !isObject(spec)) return 0;
  const phase = isObject(status) ? status.phase : undefined;
  if (spec.nodeName === undefined || phase === 'Succeeded' || phase === 'Failed') return 0;
  const own = spec.terminationGracePeriodSeconds;
  return Math.max(0, asked ?? (typeof own === 'number' ? own : 30));
}

function statusOf({ status }: StoredObject): ApiObject {
  return isObject(status) ? status : {};
}
