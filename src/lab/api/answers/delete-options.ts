import type { ServerRequest } from '../connections/connection.ts';
import { isObject } from '../store/api-object.ts';
import type { DeleteOptions } from '../store/decide-deletion.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { servedResources } from '../store/resources.ts';

/** How an object is to be deleted, as the body or the query says. */
export function deleteOptions({ body, query }: ServerRequest): DeleteOptions & {
  readonly propagationPolicy: unknown;
} {
  const asked = isObject(body) ? body : {};
  const { uid, resourceVersion } = isObject(asked.preconditions) ? asked.preconditions : {};
  const grace = asked.gracePeriodSeconds ?? query.gracePeriodSeconds;
  const dryRun = asked.dryRun ?? query.dryRun;
  return {
    propagationPolicy: asked.propagationPolicy ?? query.propagationPolicy,
    ...(grace === undefined || grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    ...(dryRun === undefined || dryRun === null ? {} : { dryRun: String(dryRun) === 'All' }),
  };
}

/** What an object owned stays, without it. */
export function orphanDependents(store: ObjectStore, uid: string): void {
  for (const { kind } of Object.values(servedResources)) {
    for (const object of store.list(kind)) {
      const { ownerReferences = [], ...metadata } = object.metadata;
      const others = ownerReferences.filter((owner) => owner.uid !== uid);
      if (others.length === ownerReferences.length) continue;
      const remaining = others.length === 0 ? {} : { ownerReferences: others };
      store.update({ ...object, metadata: { ...metadata, ...remaining } });
    }
  }
}
