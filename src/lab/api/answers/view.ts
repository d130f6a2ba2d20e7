import type { StoredObject } from '../store/api-object.ts';
import type { ServedResource } from '../store/resources.ts';

/** Shows objects in the version of the resource. */
export function viewer({ view }: ServedResource): (object: StoredObject) => StoredObject {
  if (view === undefined) return (object) => object;
  return (object) => ({ ...view.show(object), metadata: object.metadata });
}
