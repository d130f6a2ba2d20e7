import {
  answerJson,
  answerText,
  beginStream,
  type Connection,
  type ServerRequest,
} from '../connections/connection.ts';
import { discover } from '../discovery/discover.ts';
import type { ServerSettings } from '../settings.ts';
import type { StoredObject } from '../store/api-object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { noSuchResource, Refusal, type Status } from '../store/refusal.ts';
import { type Target, targetOf } from '../store/target.ts';
import { answerList, type ListRequest } from './answer-list.ts';
import { answerObject } from './answer-object.ts';
import { answerSubresource } from './answer-subresource.ts';
import { openWatch, type Watch } from './answer-watch.ts';
import { EventWriter } from './event-writer.ts';
import { presentationFor } from './presentation.ts';
import { parseOptions, type QueryOptions } from './query-options.ts';
import type { AnswerTarget, ServerState } from './server-state.ts';
import { viewer } from './view.ts';

/** Answers a request; returns the watch that goes on. Throws a `Refusal`. */
export function answerRequest(
  state: ServerState,
  request: ServerRequest,
  to: AnswerTarget,
): Watch | undefined {
  const found = discover(request);
  if (found !== undefined) {
    if (typeof found.body === 'string') answerText(to.connection, found.body);
    else answerJson(to.connection, 200, found.body, found.headers);
    return undefined;
  }
  const target = targetOf(request.path);
  if (target === undefined) throw new Refusal(noSuchResource());
  if (target.subresource !== undefined) answerSubresource(state, request, target, to);
  else if (request.method === 'GET' && target.name === undefined)
    return answerCollection(state, request, target, to);
  else {
    const { status, body } = answerObject(state.store, request, target);
    answerJson(to.connection, status, body);
  }
  return undefined;
}

function answerCollection(
  { store, settings }: ServerState,
  { query, accept = '' }: ServerRequest,
  { resource, namespace }: Target,
  { connection, refuse, told }: AnswerTarget,
): Watch | undefined {
  const parsed = parseOptions(query, resource.selectableFields);
  const view = viewer(resource);
  const selects = (object: StoredObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) && parsed.selects(view(object));
  const options = { ...parsed, selects };
  const presentation = presentationFor(resource, accept, query);
  if (!options.watch) {
    answerList(store, { resource, options, presentation }, connection, refuse);
    return undefined;
  }
  return startWatch(
    store,
    settings,
    { resource, options: withInitialEvents(options), presentation },
    connection,
    told,
  );
}

function startWatch(
  store: ObjectStore,
  settings: ServerSettings,
  request: ListRequest,
  connection: Connection,
  told: (status: Status) => void,
): Watch {
  beginStream(connection);
  const events = new EventWriter(request, connection, told);
  return openWatch(store, settings, request.options, events);
}

/** A watch from no version in particular is a streaming list by default (internalversion/defaults.go). */
function withInitialEvents(options: QueryOptions): QueryOptions {
  const anywhere = options.resourceVersion === '' || options.resourceVersion === '0';
  if (!anywhere || options.sendInitialEvents !== undefined) return options;
  return { ...options, sendInitialEvents: true };
}
