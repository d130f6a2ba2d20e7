import type { Problem } from '../../state/problem.ts';
import { checkShape } from '../api/admission/check-shape.ts';
import { type ApiObject, isObject } from '../api/store/api-object.ts';
import { Refusal } from '../api/store/refusal.ts';
import { resourceOf, type ServedResource, servedResources } from '../api/store/resources.ts';
import { Dump, type Found, titleOf } from './found.ts';

/** The objects by kind, if a lab has the kind and their fields the right types; the first of several with the same name. */
export function sortObjects(found: readonly Found[]): {
  readonly dump: Dump;
  readonly problems: readonly Problem[];
} {
  const dump = new Dump();
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const { object, origin } of found) {
    const complain = (title: string, reason: string) =>
      problems.push({ object: title, reason, ...(origin === undefined ? {} : { origin }) });
    const resource = resourceOf(object);
    if (resource === undefined || resource.view !== undefined) {
      if (object.kind !== 'Event') complain(roughTitle(object), foreignKind(object));
      continue;
    }
    const checked = check(object, resource);
    if ('reason' in checked) complain(roughTitle(object), checked.reason);
    else if (seen.has(titleOf(checked.object)))
      complain(titleOf(checked.object), 'stands earlier already, and that one counts');
    else {
      seen.add(titleOf(checked.object));
      dump.add(resource.kind, checked.object);
    }
  }
  return { dump, problems };
}

function check(object: ApiObject, { kind, namespaced }: ServedResource) {
  const { metadata } = object;
  const placed = namespaced && isObject(metadata) ? { namespace: 'default', ...metadata } : metadata;
  try {
    return { object: checkShape(kind, { ...object, metadata: placed }) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { reason: error.message };
  }
}

function foreignKind({ kind, apiVersion }: ApiObject): string {
  const served = Object.values(servedResources).find((resource) => resource.kind === kind);
  return served === undefined
    ? 'is left out: a lab has no objects of this kind'
    : `is left out: apiVersion must be ${served.apiVersion}, got ${String(apiVersion)}`;
}

function roughTitle({ kind, metadata }: ApiObject): string {
  const { name, namespace } = isObject(metadata) ? metadata : {};
  const path = typeof namespace === 'string' ? `${namespace}/${name}` : String(name);
  return `${String(kind)} ${path}`;
}
