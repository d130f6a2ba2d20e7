import { type Fields, isFields } from '../../state/read-fields.ts';
import { shown } from '../../state/shown.ts';
import { ApiFailure } from './api-failure.ts';

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

/** Makes sure that the object of an event is of the kind, and has a version. */
export function checkObject(object: Fields, asked: Asked): void {
  checkKind(object, asked);
  checkVersion(object, asked);
}

/** An answer that is not what it must be. */
export function unexpected({ path }: Pick<Asked, 'path'>, what: string): ApiFailure {
  return new ApiFailure('unavailable', `GET ${path}: ${what}`);
}

function checkKind(object: Fields, { path, kind, apiVersion }: Asked): void {
  if (object.kind !== kind) throw unexpected({ path }, `kind must be "${kind}", got ${shown(object.kind)}`);
  if (object.apiVersion !== apiVersion)
    throw unexpected({ path }, `apiVersion must be "${apiVersion}", got ${shown(object.apiVersion)}`);
}

function checkVersion({ metadata }: Fields, asked: Asked): void {
  const version = isFields(metadata) ? metadata.resourceVersion : undefined;
  if (typeof version !== 'string' || version === '')
    throw unexpected(asked, `metadata.resourceVersion must be a text, got ${shown(version)}`);
}
