import { identifyObject, isKindOf, withKind } from './identify-object.ts';
import type { ObjectChange, ObjectKindRule, ObjectKinds } from './object-kinds.ts';
import { nameRules } from './object-names.ts';
import { ownText } from './own-text.ts';
import type { Problem } from './problem.ts';
import { FieldReader, type Fields, isFields } from './read-fields.ts';
import type { Change } from './records.ts';
import { reduceEndpointSlice } from './reduce-endpoint-slice.ts';
import { reduceNode, reduceServiceCIDR } from './reduce-node.ts';
import { reduceService } from './reduce-service.ts';
import { shown } from './shown.ts';

export interface Reduced<C extends ObjectChange = Change> {
  readonly changes: readonly C[];
  readonly problems: readonly Problem[];
  /** The number of objects that could not be used at all. */
  readonly leftOut: number;
}

/**
 * Reduces an object, or each object of a List. Unusable parts become problems; kinds that nobody uses are ignored. Never
 * throws, whatever the object is.
 *
 * `origin` says where the object came from, for the problems: `objects.yaml:12`.
 */
export type Reduce<C extends ObjectChange> = (object: unknown, origin?: string) => Reduced<C>;

/** The kinds that a service proxy uses. */
export const proxyKinds: ObjectKinds<Change> = {
  Service: { apiVersion: 'v1', isNamespaced: true, nameRule: nameRules.label, reduce: reduceService },
  EndpointSlice: {
    apiVersion: 'discovery.k8s.io/v1',
    isNamespaced: true,
    nameRule: nameRules.subdomain,
    reduce: reduceEndpointSlice,
  },
  Node: { apiVersion: 'v1', isNamespaced: false, nameRule: nameRules.subdomain, reduce: reduceNode },
  ServiceCIDR: {
    apiVersion: 'networking.k8s.io/v1',
    isNamespaced: false,
    nameRule: nameRules.subdomain,
    reduce: reduceServiceCIDR,
  },
};

/** Reduces to what plans need. */
export const reduceObject: Reduce<Change> = reduceTo(proxyKinds);

/** Reduces to what is kept of these kinds. */
export function reduceTo<C extends ObjectChange>(kinds: ObjectKinds<C>): Reduce<C> {
  return (object, origin) => {
    const reduction: Reduction<C> = { kinds, origin, changes: [], problems: [], leftOut: 0 };
    reduceInto(reduction, object, [], 0);
    const { changes, problems, leftOut } = reduction;
    return { changes, problems, leftOut };
  };
}

interface Reduction<C extends ObjectChange> {
  readonly kinds: ObjectKinds<C>;
  readonly origin: string | undefined;
  readonly changes: C[];
  readonly problems: Problem[];
  leftOut: number;
}

/** Lists in Lists are rare; without a bound, aliases in YAML could make them endless. */
const deepestList = 3;

/** `path` leads to the object from the top of the document: `items[3]`. */
function reduceInto<C extends ObjectChange>(
  reduction: Reduction<C>,
  object: unknown,
  path: readonly string[],
  depth: number,
): void {
  const identity = identifyObject<C['kind']>(object, reduction.kinds);
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

function reduceItems<C extends ObjectChange>(
  reduction: Reduction<C>,
  items: unknown,
  itemKind: C['kind'] | 'any',
  path: readonly string[],
  depth: number,
): void {
  if (Array.isArray(items)) {
    items.forEach((item, index) => {
      reduceInto(
        reduction,
        withKind<C['kind']>(item, itemKind, reduction.kinds),
        [...path, `items[${index}]`],
        depth + 1,
      );
    });
  } else if (items !== undefined && items !== null) {
    leaveOut(reduction, undefined, [...path, 'items'], `must be a list of objects, got ${shown(items)}`);
  }
}

function leaveOut<C extends ObjectChange>(
  reduction: Reduction<C>,
  object: unknown,
  path: readonly string[],
  reason: string,
): void {
  const field = path.length === 0 ? 'the document' : path.join('.');
  new FieldReader(() => describe(object, reduction.kinds), reduction.origin, reduction.problems).fault(
    field,
    reason,
  );
  reduction.leftOut += 1;
}

function reduceKind<C extends ObjectChange>(reduction: Reduction<C>, kind: C['kind'], fields: Fields): void {
  const { kinds } = reduction;
  const reader = new FieldReader(() => describe(fields, kinds), reduction.origin, reduction.problems);
  const key = readKey(kinds[kind], fields, reader);
  const change = key === undefined ? undefined : kinds[kind].reduce(key, fields, reader);
  if (change === undefined) reduction.leftOut += 1;
  else reduction.changes.push(change);
}

/**
 * `namespace/name`, or the name alone for kinds without a namespace; the namespace is `default` where none is given, as
 * for kubectl.
 */
function readKey(
  { nameRule, isNamespaced }: Pick<ObjectKindRule<ObjectChange>, 'nameRule' | 'isNamespaced'>,
  { metadata }: Fields,
  reader: FieldReader,
): string | undefined {
  const fields = reader.mapping(metadata, 'metadata');
  const name = reader.requiredName(fields.name, 'metadata.name', nameRule);
  if (!isNamespaced) return name === undefined ? undefined : ownText(name);
  const namespace = reader.requiredName(fields.namespace ?? 'default', 'metadata.namespace', nameRules.label);
  // Joined, it is a text of its own.
  return name === undefined || namespace === undefined ? undefined : [namespace, name].join('/');
}

/** The object as problems call it: `Service default/web`. */
function describe<C extends ObjectChange>(object: unknown, kinds: ObjectKinds<C>): string {
  if (!isFields(object) || !isKindOf<C['kind']>(kinds, object.kind)) return 'an object';
  const { name, namespace } = isFields(object.metadata) ? object.metadata : {};
  const space = kinds[object.kind].isNamespaced ? `${plain(namespace ?? 'default')}/` : '';
  return `${object.kind} ${space}${plain(name)}`;
}

/** A name as it is where it is a decent one, else quoted. */
function plain(value: unknown): string {
  return typeof value === 'string' && nameRules.subdomain.pattern.test(value) ? value : shown(value);
}
