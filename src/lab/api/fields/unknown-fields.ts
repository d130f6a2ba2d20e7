import type { Kind } from '../kinds/kinds.ts';
import { isObject } from '../store/api-object.ts';
import { fieldsOf, type TypeName, typeOfKind } from './known-fields.ts';

/** Fields of an object that its kind does not have, by their paths: `spec.ports[0].prot`. */
export function unknownFields(kind: Kind, object: unknown): readonly string[] {
  const type = typeOfKind(kind);
  return type === undefined ? [] : unknownIn(type, object, '');
}

function unknownIn(type: TypeName, value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownIn(type, item, `${path}[${index}]`));
  if (!isObject(value)) return [];
  const known = fieldsOf(type);
  return Object.entries(value).flatMap(([name, member]) => {
    const field = path === '' ? name : `${path}.${name}`;
    if (!Object.hasOwn(known, name)) return [field];
    const below = known[name];
    return below === undefined ? [] : unknownIn(below, member, field);
  });
}
