import type { ServerRequest } from '../../../src/lab/api/connections/connection.ts';
import type { Kind } from '../../../src/lab/api/kinds/kinds.ts';
import type { Fault } from './faults.ts';
import type { Verb } from './verb.ts';

export interface LoggedRequest extends ServerRequest {
  /** `undefined` for events, and for what the server does not have. */
  readonly kind: Kind | undefined;
  readonly verb: Verb;
  /** Where one was asked for. */
  readonly namespace: string | undefined;
  /** Milliseconds, by the clock of `Date`. */
  readonly at: number;
  /** What the server answered, or would have without the fault; that of an ERROR event where one ended the watch. */
  status: number | undefined;
  /** What went wrong with it. */
  readonly fault: Fault | undefined;
}

/** Of requests for all namespaces. */
export interface Counts {
  /** Requests for a first page, or for all. */
  readonly lists: number;
  /** Requests for any page. */
  readonly pages: number;
  readonly streamingLists: number;
  /** Streaming lists not included. */
  readonly watches: number;
  /** Of both sorts, as of now. */
  readonly openWatches: number;
}

/** Of one kind, or of all. */
export function countRequests(
  requests: readonly LoggedRequest[],
  kind: Kind | undefined,
  openWatches: number,
): Counts {
  const count = (verb: Verb, more: (request: LoggedRequest) => boolean = () => true) =>
    requests.filter(
      (request) =>
        request.verb === verb &&
        request.namespace === undefined &&
        (kind ?? request.kind) === request.kind &&
        more(request),
    ).length;
  return {
    lists: count('list', ({ query }) => query.continue === undefined),
    pages: count('list'),
    streamingLists: count('streaming-list'),
    watches: count('watch'),
    openWatches,
  };
}

export function verbOf({ path, query }: ServerRequest, name: string | undefined): Verb {
  if (path.includes('/events')) return 'event';
  if (name !== undefined) return 'get';
  if (query.watch !== 'true' && query.watch !== '1') return 'list';
  return query.sendInitialEvents === 'true' ? 'streaming-list' : 'watch';
}
