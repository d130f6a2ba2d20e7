import type { Kind } from '../kinds/kinds.ts';
import { isObject } from '../store/api-object.ts';
import { fieldsByType } from './known-fields.ts';

/** Fields of an object that its kind does not have, by their paths: `spec.ports[0].prot`. */
export function unknownFields(kind: Kind, object: unknown): readonly string[] {
  return unknownIn(kind, object, '');
}

function unknownIn(type: string, value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownIn(type, item, `${path}[${index}]`));
  const known = fieldsByType[type];
  if (known === undefined || !isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const field = path === '' ? name : `${path}.${name}`;
    if (!Object.hasOwn(known, name)) return [field];
    const below = known[name];
    return below === undefined ? [] : unknownIn(below, member, field);
  });
}
