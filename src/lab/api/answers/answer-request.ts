import { answerJson, beginStream, type Connection, type ServerRequest } from '../connections/connection.ts';
import type { ServerSettings } from '../settings.ts';
import type { StoredObject } from '../store/api-object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import {
  expired,
  failure,
  invalidOptions,
  Refusal,
  type Status,
  streamingRefused,
} from '../store/refusal.ts';
import { groupResource, type ServedResource, targetOf } from '../store/resources.ts';
import type { EventStore } from './answer-event.ts';
import { isEventPath } from './answer-event.ts';
import { answerList } from './answer-list.ts';
import { openWatch, type Watch } from './answer-watch.ts';
import { EventWriter } from './event-writer.ts';
import { parseOptions, type QueryOptions } from './query-options.ts';

/** What answers are made of. */
export interface ServerState {
  readonly store: ObjectStore;
  readonly events: EventStore;
  readonly settings: ServerSettings;
}

/** Where the answer goes. */
export interface AnswerTarget {
  readonly connection: Connection;
  /** For what takes time to know; what is known at once is thrown. */
  readonly refuse: (refusal: Refusal) => void;
  /** An ERROR event went out. */
  readonly told: (status: Status) => void;
}

/** Answers a request; returns the watch that goes on. Throws a `Refusal`. */
export function answerRequest(
  { store, events, settings }: ServerState,
  request: ServerRequest,
  to: AnswerTarget,
): Watch | undefined {
  const { connection, refuse } = to;
  if (isEventPath(request.path)) {
    events.answer(request, connection);
    return undefined;
  }
  const target = targetOf(request.path);
  if (target === undefined || settings.missingKinds.includes(target.resource.kind))
    throw new Refusal(failure(404, 'NotFound', 'the server could not find the requested resource', {}));
  if (request.method !== 'GET') throw new Refusal(notAllowed(target.resource, request.method));
  if (target.name !== undefined) {
    answerJson(connection, 200, getOne(store, target.resource, target.namespace, target.name));
    return undefined;
  }
  const options = inNamespace(parseOptions(understood(settings, request.query)), target.namespace);
  if (options.watch) return watch(store, settings, target.resource, options, to);
  answerList(store, target.resource, options, connection, refuse);
  return undefined;
}

function notAllowed(resource: ServedResource, method: string) {
  const message = `${method.toLowerCase()} is not supported on resources of kind "${fullName(resource)}"`;
  return failure(405, 'MethodNotAllowed', message);
}

function inNamespace(options: QueryOptions, namespace: string | undefined): QueryOptions {
  if (namespace === undefined) return options;
  const selects = (object: StoredObject) =>
    object.metadata.namespace === namespace && options.selects(object);
  return { ...options, selects };
}

function getOne(
  store: ObjectStore,
  resource: ServedResource,
  namespace: string | undefined,
  name: string,
): StoredObject {
  const object = store.get(resource.kind, namespace === undefined ? name : `${namespace}/${name}`);
  if (object !== undefined) return object;
  const { group, resource: plural } = groupResource(resource);
  const details = { name, ...(group === '' ? {} : { group }), kind: plural };
  throw new Refusal(failure(404, 'NotFound', `${fullName(resource)} "${name}" not found`, details));
}

function fullName(served: ServedResource): string {
  const { group, resource } = groupResource(served);
  return group === '' ? resource : `${resource}.${group}`;
}

function understood(
  { streamingLists }: ServerSettings,
  query: ServerRequest['query'],
): ServerRequest['query'] {
  if (streamingLists !== 'ignored' || query.watch === undefined) return query;
  const { sendInitialEvents: _events, resourceVersionMatch: _match, ...known } = query;
  return known;
}

function watch(
  store: ObjectStore,
  settings: ServerSettings,
  resource: ServedResource,
  asked: QueryOptions,
  { connection, told }: AnswerTarget,
): Watch | undefined {
  const { streamingLists, expiredWatch } = settings;
  if (asked.sendInitialEvents !== undefined && streamingLists === 'refused-by-status') {
    const detail = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
    throw new Refusal(invalidOptions([{ field: 'sendInitialEvents', detail }]));
  }
  const start = Number(asked.resourceVersion);
  if (expiredWatch === 'status' && start > 0 && start < store.compacted)
    throw new Refusal(expired('The resourceVersion for the provided watch is too old.'));
  const hasFeature = streamingLists === 'supported' || streamingLists === 'refused-by-event';
  const options = hasFeature ? withInitialEvents(asked) : asked;
  beginStream(connection);
  const events = new EventWriter(resource, options.selects, connection, told);
  if (isListWatch(options) && streamingLists === 'refused-by-event') {
    events.fail(streamingRefused());
    return undefined;
  }
  return openWatch(store, settings, options, events);
}

function isListWatch({ sendInitialEvents, allowWatchBookmarks }: QueryOptions): boolean {
  return sendInitialEvents === true && allowWatchBookmarks;
}

/** A watch from no version in particular is a streaming list by default (internalversion/defaults.go). */
function withInitialEvents(options: QueryOptions): QueryOptions {
  const anywhere = options.resourceVersion === '' || options.resourceVersion === '0';
  if (!anywhere || options.sendInitialEvents !== undefined) return options;
  return { ...options, sendInitialEvents: true };
}
