import type { ServerSettings } from '../settings.ts';
import { expired, tooLarge } from '../store/refusal.ts';
import type { ServedResource } from '../store/resources.ts';
import type { StoreChange, VersionedObjects } from '../store/versioned-objects.ts';
import type { EventWriter } from './event-writer.ts';
import type { QueryOptions } from './query-options.ts';

/** A watch that goes on. */
export interface Watch {
  readonly resource: ServedResource;
  /** A change of an object of this kind. */
  take(change: StoreChange): void;
}

/** Streams events until the time-out; an error is the only event. */
export function openWatch(
  store: VersionedObjects,
  settings: ServerSettings,
  options: QueryOptions,
  events: EventWriter,
): Watch {
  const watch = new WatchStream(store, settings, options, events);
  watch.open();
  return watch;
}

/** How long the server waits for a version that it has not reached, in milliseconds (watch_cache.go). */
const patience = 3_000;
/** How long before its end a watch gets a last bookmark, in milliseconds (cache_watcher.go). */
const lastBookmark = 2_000;

class WatchStream implements Watch {
  readonly #store: VersionedObjects;
  readonly #settings: ServerSettings;
  readonly #options: QueryOptions;
  readonly #events: EventWriter;
  /** The version that it begins with; 0 asks for the objects of now as events. */
  readonly #start: number;
  readonly #isList: boolean;
  /** Events of later versions are sent. */
  #sent = Number.POSITIVE_INFINITY;

  constructor(store: VersionedObjects, settings: ServerSettings, options: QueryOptions, events: EventWriter) {
    this.#store = store;
    this.#settings = settings;
    this.#options = options;
    this.#events = events;
    this.#start = Number(options.resourceVersion);
    this.#isList = options.sendInitialEvents === true;
  }

  get resource(): ServedResource {
    return this.#events.resource;
  }

  open(): void {
    const { compacted, version } = this.#store;
    const isTooLarge = this.#start > version;
    if (isTooLarge && this.#isList) this.#awaitVersion();
    else if (!this.#isList && this.#start > 0 && this.#start < compacted)
      this.#events.fail(expired(`too old resource version: ${this.#start} (${compacted})`));
    else this.#begin();
  }

  take(change: StoreChange): void {
    if (change.version <= this.#sent) return;
    this.#sent = change.version;
    this.#events.change(change);
  }

  #begin(): void {
    const { kind } = this.resource;
    if (this.#isList || this.#start === 0) {
      this.#sent = this.#store.version;
      this.#events.all(this.#store.list(kind));
      if (this.#isList && this.#options.allowWatchBookmarks) this.#events.endInitialEvents(this.#sent);
    } else {
      this.#sent = this.#start;
      for (const change of this.#store.since(kind, this.#start)) this.take(change);
    }
    this.#keepTime();
  }

  #awaitVersion(): void {
    const timer = setTimeout(() => {
      if (this.#start <= this.#store.version) this.#begin();
      else this.#events.fail(tooLarge(this.#start, this.#store.version));
    }, patience);
    this.#events.connection.onClose(() => clearTimeout(timer));
  }

  #keepTime(): void {
    const { timeoutSeconds, allowWatchBookmarks } = this.#options;
    const { bookmarkInterval, watchTimeout } = this.#settings;
    const timeout = timeoutSeconds === undefined ? watchTimeout : timeoutSeconds * 1000;
    const bookmark = () => {
      // None of a version before that which the client has.
      if (allowWatchBookmarks && this.#store.version >= this.#sent)
        this.#events.bookmark(this.#store.version);
    };
    const interval = setInterval(bookmark, bookmarkInterval);
    const beforeEnd = setTimeout(bookmark, Math.max(0, timeout - lastBookmark));
    const end = setTimeout(() => this.#events.connection.end(), timeout);
    this.#events.connection.onClose(() => {
      clearInterval(interval);
      clearTimeout(beforeEnd);
      clearTimeout(end);
    });
  }
}
