import type { Objects } from '../api/store/objects.ts';
import { servedResources } from '../api/store/resources.ts';
import { type Action, remove } from './action.ts';

/** Removes what is in the Namespaces that are to go, and these when they are empty. */
export function emptyNamespaces(objects: Objects): readonly Action[] {
  return objects
    .list('Namespace')
    .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    .flatMap((namespace) => {
      const content = Object.values(servedResources)
        .filter(({ namespaced }) => namespaced)
        .flatMap(({ kind }) => objects.list(kind, namespace.metadata.name));
      if (content.length === 0) return [remove(namespace)];
      return content
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map((object) => remove(object));
    });
}
