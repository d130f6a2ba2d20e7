import { answerRequest } from '../../../src/lab/api/answers/answer-request.ts';
import type { Watch } from '../../../src/lab/api/answers/answer-watch.ts';
import { EventWriter } from '../../../src/lab/api/answers/event-writer.ts';
import { presentationFor } from '../../../src/lab/api/answers/presentation.ts';
import { parseOptions, type QueryOptions } from '../../../src/lab/api/answers/query-options.ts';
import type { AnswerTarget } from '../../../src/lab/api/answers/server-state.ts';
import { beginStream, type ServerRequest } from '../../../src/lab/api/connections/connection.ts';
import type { ObjectStore } from '../../../src/lab/api/store/object-store.ts';
import {
  expired,
  invalidOptions,
  noSuchResource,
  Refusal,
  streamingRefused,
  tooLarge,
} from '../../../src/lab/api/store/refusal.ts';
import type { ServedResource } from '../../../src/lab/api/store/resources.ts';
import { targetOf } from '../../../src/lab/api/store/target.ts';
import type { TestSettings } from './settings.ts';

/** Answers as the lab's server does, but for what the settings say of older and odd servers. */
export function answerVaried(
  store: ObjectStore,
  settings: TestSettings,
  request: ServerRequest,
  to: AnswerTarget,
): Watch | undefined {
  const { resource, name } = targetOf(request.path) ?? {};
  if (resource !== undefined && settings.missingKinds.includes(resource.kind))
    throw new Refusal(noSuchResource());
  const isWatch = name === undefined && ['true', '1'].includes(request.query.watch ?? '');
  if (resource !== undefined && isWatch && refusesWatch(store, settings, resource, request, to))
    return undefined;
  return answerRequest(
    { store, settings },
    { ...request, query: understood(settings, request.query, isWatch) },
    to,
  );
}

function refusesWatch(
  store: ObjectStore,
  { streamingLists, expiredWatch, futureWatch }: TestSettings,
  resource: ServedResource,
  { query, accept = '' }: ServerRequest,
  { connection, told }: AnswerTarget,
): boolean {
  const options = parseOptions(query);
  const start = Number(options.resourceVersion);
  const isStreaming = options.sendInitialEvents === true || isFromAnywhere(options);
  if (options.sendInitialEvents !== undefined && streamingLists === 'refused-by-status') {
    const detail = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
    throw new Refusal(invalidOptions([{ field: 'sendInitialEvents', detail }]));
  }
  if (expiredWatch === 'status' && start > 0 && start < store.compacted)
    throw new Refusal(expired('The resourceVersion for the provided watch is too old.'));
  const request = { resource, options, presentation: presentationFor(resource, accept, query) };
  const events = new EventWriter(request, connection, told);
  if (streamingLists === 'refused-by-event' && isStreaming && options.allowWatchBookmarks) {
    beginStream(connection);
    events.fail(streamingRefused());
    return true;
  }
  if (futureWatch !== 'refused' || isStreaming || start <= store.version) return false;
  beginStream(connection);
  const timer = setTimeout(() => events.fail(tooLarge(start, store.version)), 3_000);
  connection.onClose(() => clearTimeout(timer));
  return true;
}

/** Where the feature is absent, no watch begins with a list of its own accord. */
function understood(
  { streamingLists }: TestSettings,
  query: ServerRequest['query'],
  isWatch: boolean,
): ServerRequest['query'] {
  const hasFeature = streamingLists === 'supported' || streamingLists === 'refused-by-event';
  if (hasFeature || !isWatch) return query;
  return { ...query, sendInitialEvents: 'false', resourceVersionMatch: 'NotOlderThan' };
}

function isFromAnywhere({ resourceVersion, sendInitialEvents }: QueryOptions): boolean {
  return sendInitialEvents === undefined && (resourceVersion === '' || resourceVersion === '0');
}
