import { parseDocuments } from '../../sources/parse-documents.ts';
import type { Problem } from '../../state/problem.ts';
import { shown } from '../../state/shown.ts';
import { type ApiObject, isObject } from '../api/store/api-object.ts';
import type { Found } from './found.ts';

/** The objects in the text of a YAML or JSON file, those in Lists included. `name` is the file's, for messages. */
export function readObjects(
  text: string,
  name: string,
): { readonly found: readonly Found[]; readonly problems: readonly Problem[] } {
  const found: Found[] = [];
  const problems: Problem[] = [];
  for (const document of parseDocuments(text)) {
    const origin = `${name}:${document.line}`;
    if ('fault' in document)
      problems.push({ object: name, field: `line ${document.line}`, reason: document.fault });
    // A document of comments alone is null.
    else if (document.value !== null)
      for (const value of itemsOf(document.value)) {
        if (isIdentified(value)) found.push({ object: value, origin });
        else problems.push({ object: name, reason: notAnObject(value), origin });
      }
  }
  return { found, problems };
}

/** Items of a `ServiceList` come without their kind. */
function itemsOf(value: unknown): readonly unknown[] {
  if (!isObject(value) || typeof value.kind !== 'string' || !value.kind.endsWith('List')) return [value];
  const kind = value.kind.slice(0, -'List'.length);
  const items = Array.isArray(value.items) ? value.items : [];
  if (kind === '') return items.flatMap(itemsOf);
  return items.map((item) => (isObject(item) ? { kind, apiVersion: value.apiVersion, ...item } : item));
}

function isIdentified(value: unknown): value is ApiObject {
  return isObject(value) && typeof value.kind === 'string' && typeof value.apiVersion === 'string';
}

function notAnObject(value: unknown): string {
  return isObject(value)
    ? 'must be a Kubernetes object, with kind and apiVersion'
    : `must be a Kubernetes object, got ${shown(value)}`;
}
