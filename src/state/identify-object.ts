import { type Fields, isFields } from './read-fields.ts';
import { shown } from './shown.ts';

/** What a document, or an item of a List, says that it is. */
export type Identity<K extends string> =
  | { readonly is: 'object'; readonly kind: K; readonly fields: Fields }
  | { readonly is: 'list'; readonly itemKind: K | 'any'; readonly items: unknown }
  /** A kind that nobody here uses. */
  | { readonly is: 'other' }
  | { readonly is: 'fault'; readonly field: string; readonly reason: string };

/** The kinds that are used, with the API version of each. */
export type ApiVersions<K extends string> = Readonly<Record<K, { readonly apiVersion: string }>>;

/** Reads kind and apiVersion, the two fields that every object has. */
export function identifyObject<K extends string>(object: unknown, kinds: ApiVersions<K>): Identity<K> {
  if (!isFields(object)) return fault('', `must be a Kubernetes object, got ${shown(object)}`);
  const { kind, apiVersion } = object;
  if (typeof kind !== 'string' || kind === '')
    return fault('kind', `must be the kind of a Kubernetes object, got ${shown(kind)}`);
  if (typeof apiVersion !== 'string' || apiVersion === '')
    return fault('apiVersion', `must be an API version such as v1, got ${shown(apiVersion)}`);
  const itemKind = itemKindOf(kind, kinds);
  if (itemKind === undefined && !isKindOf(kinds, kind)) return { is: 'other' };
  const expected = isKindOf(kinds, kind) ? kinds[kind].apiVersion : listVersion(itemKind, kinds);
  if (apiVersion !== expected)
    return isForeign(apiVersion)
      ? { is: 'other' }
      : fault('apiVersion', `must be ${expected}, got ${shown(apiVersion)}`);
  if (isKindOf(kinds, kind)) return { is: 'object', kind, fields: object };
  return { is: 'list', itemKind: itemKind ?? 'any', items: object.items };
}

/** The API server writes the items of a ServiceList, unlike those of a List, without their kind. */
export function withKind<K extends string>(item: unknown, kind: K | 'any', kinds: ApiVersions<K>): unknown {
  return kind !== 'any' && isFields(item) && item.kind === undefined
    ? { ...item, kind, apiVersion: kinds[kind].apiVersion }
    : item;
}

function listVersion<K extends string>(itemKind: K | 'any' | undefined, kinds: ApiVersions<K>): string {
  return itemKind === undefined || itemKind === 'any' ? 'v1' : kinds[itemKind].apiVersion;
}

/** The kind of a List's items; `undefined` if it is not a List, or its items are not used here. */
function itemKindOf<K extends string>(kind: string, kinds: ApiVersions<K>): K | 'any' | undefined {
  if (kind === 'List') return 'any';
  const itemKind = kind.endsWith('List') ? kind.slice(0, -'List'.length) : '';
  return isKindOf(kinds, itemKind) ? itemKind : undefined;
}

export function isKindOf<K extends string>(kinds: Readonly<Record<K, unknown>>, kind: unknown): kind is K {
  return typeof kind === 'string' && Object.hasOwn(kinds, kind);
}

/**
 * Whether it is a kind of the same name from another API group, such as Knative's Service. Groups without a dot and
 * those that end in k8s.io are Kubernetes' own (KEP-2337).
 */
function isForeign(apiVersion: string): boolean {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return group.includes('.') && !group.endsWith('.k8s.io');
}

function fault(field: string, reason: string): Identity<never> {
  return { is: 'fault', field, reason };
}
