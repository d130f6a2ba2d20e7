import type { ServerRequest } from '../connections/connection.ts';
import { patchObject } from '../patch/patch-object.ts';
import type { ApiObject, StoredObject } from '../store/api-object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { notFound, Refusal } from '../store/refusal.ts';
import type { Target } from '../store/target.ts';
import { bodyFor } from './body-for.ts';
import { viewer } from './view.ts';

/** The object of a target. Throws a `Refusal` where there is none. */
export function getOne(store: ObjectStore, target: Target): StoredObject {
  const { resource, name = '' } = target;
  const object = store.get(resource.kind, keyOfTarget(target));
  if (object === undefined) throw new Refusal(notFound(resource, name));
  return object;
}

/** The object after a patch; what is applied may be new. */
export function patchOne(
  store: ObjectStore,
  target: Target,
  request: ServerRequest,
): { readonly object: ApiObject; readonly isNew: boolean } {
  const kept = store.get(target.resource.kind, keyOfTarget(target));
  const isNew = kept === undefined && request.contentType?.startsWith('application/apply-patch') === true;
  if (isNew) return { object: bodyFor(target, request), isNew };
  const before = viewer(target.resource)(getOne(store, target));
  const body = patchObject(before, request.body, request.contentType ?? 'application/merge-patch+json');
  return { object: bodyFor(target, { ...request, body }), isNew };
}

export function keyOfTarget({ namespace, name = '' }: Target): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
