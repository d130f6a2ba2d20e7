import { type Fields, isFields } from '../../state/read-fields.ts';
import { shown } from '../../state/shown.ts';
import { ApiFailure, failureOfStatus } from './api-failure.ts';

/** Objects of one kind, as they were asked for. An answer of status 200 may come from anything on the way. */
export interface Asked {
  /** `/api/v1/services` */
  readonly path: string;
  readonly kind: string;
  readonly apiVersion: string;
}

/**
 * Makes sure that this is a List of the kind; throws an `ApiFailure` where it is not. `items` is a list even where it is
 * empty: the API server sees to it that it is not null (etcd3/store.go, cacher.go).
 */
export function checkList(list: Fields, asked: Asked): void {
  checkListKind(list, asked);
  checkVersion(list, asked);
  const { items } = list;
  const wrong = Array.isArray(items) ? items[0] : items;
  if (!Array.isArray(items) || wrong !== undefined)
    throw unexpected(asked, `items must be a list of objects, got ${shown(wrong)}`);
}

/** `checkList` for what stands before the items. */
export function checkListKind(head: Fields, { path, kind, apiVersion }: Asked): void {
  checkKind(head, { path, kind: `${kind}List`, apiVersion });
}

/** Makes sure that an item of a List is none of another kind; most come without. */
export function checkItem(item: Fields, asked: Asked): void {
  if (item.kind !== undefined || item.apiVersion !== undefined) checkKind(item, asked);
}

/** One event of a watch. */
export type WatchEvent =
  | { readonly type: 'present' | 'gone'; readonly object: Fields }
  /** Nothing older than this version will come. */
  | { readonly type: 'bookmark'; readonly object: Fields; readonly endsInitialEvents: boolean }
  /** Of a type that this version does not know. */
  | { readonly type: 'other'; readonly name: string };

/**
 * Reads a line of a watch. Throws an `ApiFailure`: of the kind that an ERROR event tells, or `unavailable` where the line
 * is no event, or one of another kind of object.
 */
export function parseWatchEvent(line: string, asked: Asked): WatchEvent {
  const event = parse(line);
  if (!isFields(event) || typeof event.type !== 'string' || !isFields(event.object))
    throw unexpected(asked, `must send events, one a line, got ${shown(line)}`);
  const { type, object } = event;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      checkObject(object, asked);
      return { type: 'present', object };
    case 'DELETED':
      checkObject(object, asked);
      return { type: 'gone', object };
    case 'BOOKMARK':
      checkObject(object, asked);
      return { type: 'bookmark', object, endsInitialEvents: endsInitialEvents(object) };
    case 'ERROR':
      throw failureOfStatus(object);
    default:
      return { type: 'other', name: type };
  }
}

/** `metadata.resourceVersion` of an object or a List; `undefined` where it has none. */
export function versionOf({ metadata }: Fields): string | undefined {
  const version = isFields(metadata) ? metadata.resourceVersion : undefined;
  return typeof version === 'string' && version !== '' ? version : undefined;
}

/** An answer that is not what it must be. */
export function unexpected({ path }: Pick<Asked, 'path'>, what: string): ApiFailure {
  return new ApiFailure('unavailable', `GET ${path}: ${what}`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** KEP-3157. */
function endsInitialEvents({ metadata }: Fields): boolean {
  const annotations = isFields(metadata) && isFields(metadata.annotations) ? metadata.annotations : {};
  return annotations['k8s.io/initial-events-end'] === 'true';
}

function checkObject(object: Fields, asked: Asked): void {
  checkKind(object, asked);
  checkVersion(object, asked);
}

function checkKind(object: Fields, { path, kind, apiVersion }: Asked): void {
  if (object.kind !== kind) throw unexpected({ path }, `kind must be "${kind}", got ${shown(object.kind)}`);
  if (object.apiVersion !== apiVersion)
    throw unexpected({ path }, `apiVersion must be "${apiVersion}", got ${shown(object.apiVersion)}`);
}

function checkVersion(object: Fields, asked: Asked): void {
  if (versionOf(object) !== undefined) return;
  const version = isFields(object.metadata) ? object.metadata.resourceVersion : undefined;
  throw unexpected(asked, `metadata.resourceVersion must be a text, got ${shown(version)}`);
}
