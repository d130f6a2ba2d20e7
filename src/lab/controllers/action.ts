import type { Kind } from '../api/kinds/kinds.ts';
import { type ApiObject, isObject, type StoredObject } from '../api/store/api-object.ts';
import type { DeleteOptions } from '../api/store/decide-deletion.ts';
import type { ObjectStore } from '../api/store/object-store.ts';
import type { Objects } from '../api/store/objects.ts';

/** What a controller wants done. */
export type Action =
  | { readonly do: 'create'; readonly object: ApiObject }
  | { readonly do: 'update'; readonly object: ApiObject; readonly part: 'object' | 'status' }
  | { readonly do: 'remove'; readonly object: StoredObject; readonly options?: DeleteOptions };

/** What is to be done to bring the objects where they should be; nothing where they are there. Pure but for the clock. */
export type Decision = (objects: Objects) => readonly Action[];

/** Does it. Throws a `Refusal` where the store does not allow it. */
export function act(store: ObjectStore, action: Action): void {
  switch (action.do) {
    case 'create':
      store.create(action.object);
      return;
    case 'update':
      store.update(withoutVersion(action.object), { part: action.part });
      return;
    case 'remove':
      store.remove(action.object.kind as Kind, keyOfStored(action.object), action.options);
  }
}

/** What was decided on is what is there: both happen in one turn. */
function withoutVersion(object: ApiObject): ApiObject {
  const { resourceVersion: _decidedOn, ...metadata } = isObject(object.metadata) ? object.metadata : {};
  return { ...object, metadata };
}

export function keyOfStored({ metadata }: StoredObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

export function create(object: ApiObject): Action {
  return { do: 'create', object };
}

export function update(object: ApiObject, part: 'object' | 'status' = 'object'): Action {
  return { do: 'update', object, part };
}

export function remove(object: StoredObject, options?: DeleteOptions): Action {
  return { do: 'remove', object, ...(options === undefined ? {} : { options }) };
}
