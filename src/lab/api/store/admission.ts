import type { ApiObject, StoredObject } from './api-object.ts';
import type { Objects } from './objects.ts';
import type { ServedResource } from './resources.ts';

/** Checks and completes what is written, before it is kept. Each throws a `Refusal`. */
export interface Admission {
  /** A new object; its name is made already. */
  create(object: ApiObject, resource: ServedResource, objects: Objects): ApiObject;
  /** `object` is whole: of a write to the status, it holds the rest of what is kept. */
  update(
    before: StoredObject,
    object: ApiObject,
    resource: ServedResource,
    objects: Objects,
    part: 'object' | 'status',
  ): ApiObject;
  /** An object that is about to be deleted. */
  remove(before: StoredObject, resource: ServedResource): void;
}

export const admitAll: Admission = {
  create: (object) => object,
  update: (_before, object) => object,
  remove: () => {},
};
