import isEqual from 'lodash/isEqual.js';
import { type ApiObject, isObject, type StoredObject } from './api-object.ts';
import type { ServedResource } from './resources.ts';

/** The object as it is to be kept: what this way of writing may not change is as it was. */
export function applyWrite(
  before: StoredObject,
  object: ApiObject,
  { statusApart }: ServedResource,
  part: 'object' | 'status',
): ApiObject | 'conflict' {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const { uid = before.metadata.uid, resourceVersion } = metadata;
  const isOld = resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion;
  if (isOld || uid !== before.metadata.uid) return 'conflict';
  if (part === 'status') return { ...before, status: object.status };
  const status = before.status === undefined ? {} : { status: before.status };
  const { status: _status, ...content } = object;
  return {
    ...(statusApart ? { ...content, ...status } : object),
    metadata: { ...withoutServers(metadata), ...serversOf(before) },
  };
}

/** Whether two versions differ in nothing that a client wrote; or in nothing but metadata and status. */
export function isSame(before: StoredObject, after: ApiObject, what: 'all' | 'spec' = 'all'): boolean {
  if (what === 'spec') return isEqual(specOf(before), specOf(after));
  return isEqual(comparable(before), comparable(after));
}

/** Metadata as a client may set it: without what only the server knows. */
export function withoutServers(metadata: ApiObject): ApiObject {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !servers.has(name)));
}

const servers: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);

function serversOf({ metadata }: StoredObject): ApiObject {
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  const all = { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function specOf({ metadata: _metadata, status: _status, ...content }: ApiObject): ApiObject {
  return content;
}

function comparable({ metadata, ...content }: ApiObject): ApiObject {
  const {
    resourceVersion: _version,
    generation: _generation,
    managedFields: _fields,
    ...own
  } = isObject(metadata) ? metadata : {};
  return { ...content, metadata: own };
}
