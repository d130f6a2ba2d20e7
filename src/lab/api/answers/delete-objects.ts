import type { ServerRequest } from '../connections/connection.ts';
import { keyOf, type StoredObject } from '../store/api-object.ts';
import type { Deletion, ObjectStore } from '../store/object-store.ts';
import { badRequest, Refusal } from '../store/refusal.ts';
import { groupResource, type ServedResource } from '../store/resources.ts';
import type { Target } from '../store/target.ts';
import { deleteOptions, orphanDependents } from './delete-options.ts';
import { getOne, keyOfTarget } from './target-object.ts';

/** Deletes one object. Throws a `Refusal`. */
export function deleteOne(store: ObjectStore, target: Target, request: ServerRequest): Deletion {
  const { uid } = getOne(store, target).metadata;
  const { propagationPolicy, ...options } = deleteOptions(request);
  const deletion = store.remove(target.resource.kind, keyOfTarget(target), options);
  if (propagationPolicy === 'Orphan' && !options.dryRun) orphanDependents(store, uid);
  return deletion;
}

/** Deletes all objects under a path. Throws a `Refusal`. */
export function deleteAll(
  store: ObjectStore,
  { resource, namespace }: Target,
  request: ServerRequest,
): unknown {
  if (Object.keys(request.query).some((name) => name.endsWith('Selector')))
    throw new Refusal(badRequest('a collection can be deleted only as a whole'));
  const { propagationPolicy: _policy, ...options } = deleteOptions(request);
  for (const object of store.list(resource.kind, namespace))
    store.remove(resource.kind, keyOf(object, resource.namespaced), options);
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
}

/** What is answered when an object has gone. */
export function deletedStatus(resource: ServedResource, { metadata }: StoredObject): unknown {
  const { group, resource: plural } = groupResource(resource);
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: metadata.name,
      ...(group === '' ? {} : { group }),
      kind: plural,
      uid: metadata.uid,
    },
  };
}
