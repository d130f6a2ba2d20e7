import { randomInt } from 'node:crypto';
import { type ApiObject, isObject, keyOf } from './api-object.ts';

/** Letters and digits that make no words (apimachinery, util/rand). */
const letters = 'bcdfghjklmnpqrstvwxz2456789';

/** The object with a name, where it has only `metadata.generateName`; one that is not taken. */
export function generateName(object: ApiObject, isTaken: (key: string) => boolean): ApiObject {
  const { metadata } = object;
  if (!isObject(metadata) || metadata.name !== undefined || typeof metadata.generateName !== 'string')
    return object;
  const prefix = metadata.generateName.slice(0, 58);
  for (;;) {
    const named = { ...object, metadata: { ...metadata, name: prefix + suffix() } };
    if (!isTaken(keyOf(named, metadata.namespace !== undefined))) return named;
  }
}

function suffix(): string {
  return Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
}
