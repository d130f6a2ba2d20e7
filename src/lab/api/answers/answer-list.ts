import { answerJson, type Connection } from '../connections/connection.ts';
import type { StoredObject } from '../store/api-object.ts';
import { keyOf } from '../store/api-object.ts';
import { expired, Refusal, tooLarge } from '../store/refusal.ts';
import type { ServedResource } from '../store/resources.ts';
import type { VersionedObjects } from '../store/versioned-objects.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import type { Presentation } from './presentation.ts';
import type { QueryOptions } from './query-options.ts';
import { viewer } from './view.ts';

/** How long the server waits for a version that it has not reached, in milliseconds (watch_cache.go). */
const patience = 3_000;

export interface ListRequest {
  readonly resource: ServedResource;
  readonly options: QueryOptions;
  readonly presentation: Presentation;
}

/** One page. Throws a `Refusal`, or answers with one where it first waits for a version that does not come. */
export function answerList(
  store: VersionedObjects,
  { resource, options, presentation }: ListRequest,
  connection: Connection,
  refuse: (refusal: Refusal) => void,
): void {
  const minimum = Number(options.resourceVersion);
  const answer = () => answerJson(connection, 200, listPage(store, resource, options, presentation));
  if (options.continue !== '' || minimum <= store.version) {
    answer();
    return;
  }
  const timer = setTimeout(() => {
    if (minimum <= store.version) answer();
    else refuse(new Refusal(tooLarge(minimum, store.version)));
  }, patience);
  connection.onClose(() => clearTimeout(timer));
}

function listPage(
  store: VersionedObjects,
  resource: ServedResource,
  options: QueryOptions,
  presentation: Presentation,
): unknown {
  const { objects, version, after } = startOf(store, resource, options);
  const rest = objects.filter(
    (object) =>
      options.selects(object) && (after === undefined || keyOf(object, resource.namespaced) > after),
  );
  // From memory the server gives all, whatever the limit.
  const limit = options.resourceVersion === '0' || options.limit === 0 ? rest.length : options.limit;
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  const more = rest.length > items.length && last !== undefined;
  const token = more ? encodeContinue({ version, after: keyOf(last, resource.namespaced) }) : undefined;
  const remaining = more && options.selectsAll ? rest.length - items.length : undefined;
  return presentation.list(items.map(viewer(resource)), {
    resourceVersion: String(version),
    ...(token === undefined ? {} : { continue: token }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  });
}

interface ListStart {
  readonly objects: readonly StoredObject[];
  readonly version: number;
  /** The key after which the page begins. */
  readonly after: string | undefined;
}

function startOf(store: VersionedObjects, { kind }: ServedResource, options: QueryOptions): ListStart {
  if (options.continue !== '') return continued(store, kind, options.continue);
  const { resourceVersion, resourceVersionMatch: match, limit } = options;
  const exact = match === 'Exact' || (match === '' && limit > 0 && !['', '0'].includes(resourceVersion));
  if (!exact) return { objects: store.list(kind), version: store.version, after: undefined };
  const version = Number(resourceVersion);
  const objects = store.listAt(kind, version);
  if (objects === undefined)
    throw new Refusal(expired('The resourceVersion for the provided list is too old.'));
  return { objects, version, after: undefined };
}

function continued(store: VersionedObjects, kind: ServedResource['kind'], text: string): ListStart {
  const { version, after } = decodeContinue(text);
  if (version === -1) return { objects: store.list(kind), version: store.version, after };
  const objects = store.listAt(kind, version);
  if (objects === undefined)
    throw new Refusal(expired(continueExpired, encodeContinue({ version: -1, after })));
  return { objects, version, after };
}

/** Word for word: clients show it. */
const continueExpired =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';
