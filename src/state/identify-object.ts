import { type Fields, isFields } from './read-fields.ts';
import type { ObjectKind } from './records.ts';
import { shown } from './shown.ts';

/** What a document, or an item of a List, says that it is. */
export type Identity =
  | { readonly is: 'object'; readonly kind: ObjectKind; readonly fields: Fields }
  | { readonly is: 'list'; readonly itemKind: ObjectKind | 'any'; readonly items: unknown }
  /** A kind that a service proxy does not use. */
  | { readonly is: 'other' }
  | { readonly is: 'fault'; readonly field: string; readonly reason: string };

/** Reads kind and apiVersion, the two fields that every object has. */
export function identifyObject(object: unknown): Identity {
  if (!isFields(object)) return fault('', `must be a Kubernetes object, got ${shown(object)}`);
  const { kind, apiVersion } = object;
  if (typeof kind !== 'string' || kind === '')
    return fault('kind', `must be the kind of a Kubernetes object, got ${shown(kind)}`);
  if (typeof apiVersion !== 'string' || apiVersion === '')
    return fault('apiVersion', `must be an API version such as v1, got ${shown(apiVersion)}`);
  const itemKind = itemKindOf(kind);
  if (itemKind === undefined && !isObjectKind(kind)) return { is: 'other' };
  const expected = isObjectKind(kind) ? apiVersions[kind] : listVersion(itemKind);
  if (apiVersion !== expected)
    return isForeign(apiVersion)
      ? { is: 'other' }
      : fault('apiVersion', `must be ${expected}, got ${shown(apiVersion)}`);
  if (isObjectKind(kind)) return { is: 'object', kind, fields: object };
  return { is: 'list', itemKind: itemKind ?? 'any', items: object.items };
}

/** The API server writes the items of a ServiceList, unlike those of a List, without their kind. */
export function withKind(item: unknown, kind: ObjectKind | 'any'): unknown {
  return kind !== 'any' && isFields(item) && item.kind === undefined
    ? { ...item, kind, apiVersion: apiVersions[kind] }
    : item;
}

const apiVersions: Readonly<Record<ObjectKind, string>> = {
  Service: 'v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  Node: 'v1',
  ServiceCIDR: 'networking.k8s.io/v1',
};

function listVersion(itemKind: ObjectKind | 'any' | undefined): string {
  return itemKind === undefined || itemKind === 'any' ? 'v1' : apiVersions[itemKind];
}

/** The kind of a List's items; `undefined` if it is not a List, or its items are not used here. */
function itemKindOf(kind: string): ObjectKind | 'any' | undefined {
  if (kind === 'List') return 'any';
  const itemKind = kind.endsWith('List') ? kind.slice(0, -'List'.length) : '';
  return isObjectKind(itemKind) ? itemKind : undefined;
}

export function isObjectKind(kind: unknown): kind is ObjectKind {
  return typeof kind === 'string' && Object.hasOwn(apiVersions, kind);
}

/**
 * Whether it is a kind of the same name from another API group, such as Knative's Service. Groups without a dot and
 * those that end in k8s.io are Kubernetes' own (KEP-2337).
 */
function isForeign(apiVersion: string): boolean {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return group.includes('.') && !group.endsWith('.k8s.io');
}

function fault(field: string, reason: string): Identity {
  return { is: 'fault', field, reason };
}
