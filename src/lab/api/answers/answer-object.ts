import type { ServerRequest } from '../connections/connection.ts';
import { unknownFields } from '../fields/unknown-fields.ts';
import type { Kind } from '../kinds/kinds.ts';
import { patchObject } from '../patch/patch-object.ts';
import { type ApiObject, isObject, type StoredObject } from '../store/api-object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { badRequest, failure, notFound, Refusal } from '../store/refusal.ts';
import { fullName, groupResource, type ServedResource } from '../store/resources.ts';
import type { Target } from '../store/target.ts';
import { deleteOptions, orphanDependents } from './delete-options.ts';
import { presentationFor } from './presentation.ts';
import { viewer } from './view.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Reads, creates, replaces, patches or deletes an object, or deletes all. Throws a `Refusal`. */
export function answerObject(store: ObjectStore, request: ServerRequest, target: Target): Answer {
  const { resource } = target;
  const presentation = presentationFor(resource, request.accept ?? '', request.query);
  const shown = (status: number, object: StoredObject) => ({
    status,
    body: presentation.one(viewer(resource)(object)),
  });
  const options = { dryRun: request.query.dryRun === 'All' };
  switch (`${request.method} ${target.name === undefined ? 'collection' : 'object'}`) {
    case 'GET object':
      return shown(200, getOne(store, target));
    case 'POST collection':
      return shown(201, store.create(bodyFor(target, request), options));
    case 'PUT object':
      return shown(200, store.update(bodyFor(target, request), options));
    case 'PATCH object': {
      const { object, isNew } = patchOne(store, target, request);
      return isNew ? shown(201, store.create(object, options)) : shown(200, store.update(object, options));
    }
    case 'DELETE object': {
      const { object, gone } = deleteOne(store, target, request);
      // A Pod is shown even where it went at once (registry/core/pod/strategy.go, ReturnDeletedObject).
      return gone && resource.kind !== 'Pod'
        ? { status: 200, body: deleted(resource, object) }
        : shown(200, object);
    }
    case 'DELETE collection':
      return { status: 200, body: deleteAll(store, target, request) };
    default:
      throw new Refusal(notAllowed(resource, request.method));
  }
}

/** The object of a target. Throws a `Refusal` where there is none. */
export function getOne(store: ObjectStore, target: Target): StoredObject {
  const { resource, name = '' } = target;
  const object = store.get(resource.kind, keyOfTarget(target));
  if (object === undefined) throw new Refusal(notFound(resource, name));
  return object;
}

export function notAllowed(resource: ServedResource, method: string) {
  const message = `${method.toLowerCase()} is not supported on resources of kind "${fullName(resource)}"`;
  return failure(405, 'MethodNotAllowed', message);
}

/** The body, if it is an object that belongs under the path; with the path's name and namespace. */
export function bodyFor({ resource, namespace, name }: Target, { body, query }: ServerRequest): ApiObject {
  if (!isObject(body)) throw new Refusal(badRequest('the object provided is unrecognized'));
  const { kind, apiVersion } = resource;
  if ((body.kind ?? kind) !== kind || (body.apiVersion ?? apiVersion) !== apiVersion)
    throw new Refusal(badRequest(`the object provided is unrecognized (must be of type ${kind})`));
  const metadata = isObject(body.metadata) ? body.metadata : {};
  if (namespace !== undefined && (metadata.namespace ?? namespace) !== namespace)
    throw new Refusal(badRequest('the namespace of the provided object does not match the request'));
  if (name !== undefined && (metadata.name ?? name) !== name)
    throw new Refusal(badRequest('the name of the object does not match the name on the URL'));
  if (name === undefined && metadata.name === undefined && metadata.generateName === undefined)
    throw new Refusal(badRequest('name or generateName is required'));
  refuseUnknownFields(kind, apiVersion, body, query);
  return {
    ...body,
    kind,
    apiVersion,
    metadata: {
      ...metadata,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    },
  };
}

/** What kubectl asks for unless it is told otherwise: a misspelt field is no silent one. */
function refuseUnknownFields(
  kind: Kind,
  apiVersion: string,
  body: ApiObject,
  { fieldValidation }: ServerRequest['query'],
): void {
  const unknown = fieldValidation === 'Strict' ? unknownFields(kind, body) : [];
  if (unknown.length === 0) return;
  const version = apiVersion.split('/').at(-1);
  const faults = unknown.map((field) => `unknown field "${field}"`).join(', ');
  const what = `${kind} in version "${version}" cannot be handled as a ${kind}`;
  throw new Refusal(badRequest(`${what}: strict decoding error: ${faults}`));
}

/** The object after a patch; what is applied may be new. */
export function patchOne(
  store: ObjectStore,
  target: Target,
  request: ServerRequest,
): { readonly object: ApiObject; readonly isNew: boolean } {
  const kept = store.get(target.resource.kind, keyOfTarget(target));
  const isNew = kept === undefined && request.contentType?.startsWith('application/apply-patch') === true;
  if (isNew) return { object: bodyFor(target, request), isNew };
  const before = viewer(target.resource)(getOne(store, target));
  const body = patchObject(before, request.body, request.contentType ?? 'application/merge-patch+json');
  return { object: bodyFor(target, { ...request, body }), isNew };
}

function keyOfTarget({ namespace, name = '' }: Target): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function deleteOne(store: ObjectStore, target: Target, request: ServerRequest) {
  const { uid } = getOne(store, target).metadata;
  const { propagationPolicy, ...options } = deleteOptions(request);
  const deletion = store.remove(target.resource.kind, keyOfTarget(target), options);
  if (propagationPolicy === 'Orphan' && !options.dryRun) orphanDependents(store, uid);
  return deletion;
}

function deleteAll(store: ObjectStore, { resource, namespace }: Target, request: ServerRequest): unknown {
  if (Object.keys(request.query).some((name) => name.endsWith('Selector')))
    throw new Refusal(badRequest('a collection can be deleted only as a whole'));
  const { propagationPolicy: _policy, ...options } = deleteOptions(request);
  for (const { metadata } of store.list(resource.kind, namespace)) {
    const key = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
    store.remove(resource.kind, key, options);
  }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
}

function deleted(resource: ServedResource, { metadata }: StoredObject): unknown {
  const { group, resource: plural } = groupResource(resource);
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: metadata.name,
      ...(group === '' ? {} : { group }),
      kind: plural,
      uid: metadata.uid,
    },
  };
}
