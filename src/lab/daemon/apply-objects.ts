import { UserError } from '../../program/exit-status.ts';
import type { Kind } from '../api/kinds/kinds.ts';
import type { ApiObject } from '../api/store/api-object.ts';
import { isObject } from '../api/store/api-object.ts';
import type { ObjectStore } from '../api/store/object-store.ts';
import { servedResources } from '../api/store/resources.ts';

/** Creates what is not there, and merges the rest into what is (RFC 7396). Throws a `UserError` that names all that is refused. */
export function applyObjects(store: ObjectStore, objects: readonly ApiObject[]): readonly string[] {
  return each(objects, (object) => {
    const { kind, key, title } = identify(object);
    const before = store.get(kind, key);
    if (before === undefined) {
      store.create(object);
      return `${title} created`;
    }
    const {
      metadata: { resourceVersion: _, ...metadata },
      ...rest
    } = before;
    const merged = merge({ ...rest, metadata }, object);
    const after = isObject(merged) ? store.update(merged) : before;
    return `${title} ${after.metadata.resourceVersion === before.metadata.resourceVersion ? 'unchanged' : 'configured'}`;
  });
}

/** Throws as above; what is not there is no fault. */
export function deleteObjects(store: ObjectStore, objects: readonly ApiObject[]): readonly string[] {
  return each(objects, (object) => {
    const { kind, key, title } = identify(object);
    if (store.get(kind, key) === undefined) return `${title} is not there`;
    store.remove(kind, key);
    return `${title} deleted`;
  });
}

function each(objects: readonly ApiObject[], work: (object: ApiObject) => string): readonly string[] {
  const refused: string[] = [];
  const done = objects.flatMap((object) => {
    try {
      return [work(object)];
    } catch (error) {
      refused.push(error instanceof Error ? error.message : String(error));
      return [];
    }
  });
  if (refused.length > 0) throw new UserError([...done, ...refused].join('\n'));
  return done;
}

function identify(object: ApiObject): { readonly kind: Kind; readonly key: string; readonly title: string } {
  const { kind, metadata } = object;
  const { name, namespace = 'default' } = isObject(metadata) ? metadata : {};
  if (!isKind(kind)) throw new UserError(`a lab keeps no objects of kind ${JSON.stringify(kind)}`);
  const key = servedResources[kind].namespaced ? `${namespace}/${name}` : `${name}`;
  return { kind, key, title: `${kind} ${key}` };
}

function isKind(kind: unknown): kind is Kind {
  return typeof kind === 'string' && Object.hasOwn(servedResources, kind);
}

function merge(before: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(before) ? before : {}));
  for (const [member, value] of Object.entries(patch)) {
    if (value === null) merged.delete(member);
    else merged.set(member, merge(merged.get(member), value));
  }
  return Object.fromEntries(merged);
}
