import { identifyObject, isObjectKind, withKind } from './identify-object.ts';
import { nameRules } from './object-names.ts';
import { ownText } from './own-text.ts';
import type { Problem } from './problem.ts';
import { FieldReader, type Fields, isFields } from './read-fields.ts';
import type { Change, ObjectKind } from './records.ts';
import { reduceEndpointSlice } from './reduce-endpoint-slice.ts';
import { reduceNode, reduceServiceCIDR } from './reduce-node.ts';
import { reduceService } from './reduce-service.ts';
import { shown } from './shown.ts';

export interface Reduced {
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
  /** The number of objects that could not be used at all. */
  readonly leftOut: number;
}

/**
 * Reduces an object, or each object of a List, to what plans need. Unusable parts become problems; kinds that this proxy does
 * not use are ignored. Never throws, whatever the object is.
 *
 * `origin` says where the object came from, for the problems: `objects.yaml:12`.
 */
export function reduceObject(object: unknown, origin?: string): Reduced {
  const reduction: Reduction = { origin, changes: [], problems: [], leftOut: 0 };
  reduceInto(reduction, object, [], 0);
  const { changes, problems, leftOut } = reduction;
  return { changes, problems, leftOut };
}

interface Reduction {
  readonly origin: string | undefined;
  readonly changes: Change[];
  readonly problems: Problem[];
  leftOut: number;
}

/** Lists in Lists are rare; without a bound, aliases in YAML could make them endless. */
const deepestList = 3;

/** `path` leads to the object from the top of the document: `items[3]`. */
function reduceInto(reduction: Reduction, object: unknown, path: readonly string[], depth: number): void {
  const identity = identifyObject(object);
  switch (identity.is) {
    case 'other':
      return;
    case 'object':
      reduceKind(reduction, identity.kind, identity.fields);
      return;
    case 'list':
      if (depth < deepestList) reduceItems(reduction, identity.items, identity.itemKind, path, depth);
      else leaveOut(reduction, object, path, `is a List in ${deepestList} other Lists; nest fewer`);
      return;
    case 'fault':
      leaveOut(reduction, object, identity.field === '' ? path : [...path, identity.field], identity.reason);
  }
}

function reduceItems(
  reduction: Reduction,
  items: unknown,
  itemKind: ObjectKind | 'any',
  path: readonly string[],
  depth: number,
): void {
  if (Array.isArray(items)) {
    items.forEach((item, index) => {
      reduceInto(reduction, withKind(item, itemKind), [...path, `items[${index}]`], depth + 1);
    });
  } else if (items !== undefined && items !== null) {
    leaveOut(reduction, undefined, [...path, 'items'], `must be a list of objects, got ${shown(items)}`);
  }
}

function leaveOut(reduction: Reduction, object: unknown, path: readonly string[], reason: string): void {
  const field = path.length === 0 ? 'the document' : path.join('.');
  new FieldReader(() => describe(object), reduction.origin, reduction.problems).fault(field, reason);
  reduction.leftOut += 1;
}

function reduceKind(reduction: Reduction, kind: ObjectKind, fields: Fields): void {
  const reader = new FieldReader(() => describe(fields), reduction.origin, reduction.problems);
  const key = readKey(kind, fields, reader);
  const change = key === undefined ? undefined : reduceAs(kind, key, fields, reader);
  if (change === undefined) reduction.leftOut += 1;
  else reduction.changes.push(change);
}

function reduceAs(kind: ObjectKind, key: string, fields: Fields, reader: FieldReader): Change | undefined {
  switch (kind) {
    case 'Service':
      return reduceService(key, fields, reader);
    case 'EndpointSlice':
      return reduceEndpointSlice(key, fields, reader);
    case 'Node':
      return reduceNode(key, fields, reader);
    case 'ServiceCIDR':
      return reduceServiceCIDR(key, fields, reader);
  }
}

/**
 * `namespace/name`, or the name alone for kinds without a namespace; the namespace is `default` where none is given, as
 * for kubectl.
 */
function readKey(kind: ObjectKind, { metadata }: Fields, reader: FieldReader): string | undefined {
  const fields = reader.mapping(metadata, 'metadata');
  const rule = kind === 'Service' ? nameRules.label : nameRules.subdomain;
  const name = reader.requiredName(fields.name, 'metadata.name', rule);
  if (!isNamespaced(kind)) return name === undefined ? undefined : ownText(name);
  const namespace = reader.requiredName(fields.namespace ?? 'default', 'metadata.namespace', nameRules.label);
  // Joined, it is a text of its own.
  return name === undefined || namespace === undefined ? undefined : [namespace, name].join('/');
}

function isNamespaced(kind: ObjectKind): boolean {
  return kind === 'Service' || kind === 'EndpointSlice';
}

/** The object as problems call it: `Service default/web`. */
function describe(object: unknown): string {
  if (!isFields(object) || !isObjectKind(object.kind)) return 'an object';
  const { name, namespace } = isFields(object.metadata) ? object.metadata : {};
  const space = isNamespaced(object.kind) ? `${plain(namespace ?? 'default')}/` : '';
  return `${object.kind} ${space}${plain(name)}`;
}

/** A name as it is where it is a decent one, else quoted. */
function plain(value: unknown): string {
  return typeof value === 'string' && nameRules.subdomain.pattern.test(value) ? value : shown(value);
}
