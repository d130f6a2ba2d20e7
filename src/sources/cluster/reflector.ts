import type { ObjectChange } from '../../state/object-kinds.ts';
import type { Problem } from '../../state/problem.ts';
import type { Reduce } from '../../state/reduce-object.ts';
import type { SourceUpdate, UpdateListener } from '../source.ts';
import { ApiFailure, failureOfError } from './api-failure.ts';
import { parseWatchEvent, versionOf } from './check-answer.ts';
import { Collection } from './collection.ts';
import { exchange, Lines } from './exchange.ts';
import { listPages } from './list-pages.ts';
import type { Resource } from './resources.ts';
import { RetryPause, shortestPause, wait } from './retry-pause.ts';
import type { ApiTransport } from './transport.ts';

/** What a reflector tells of its dealings with the API server. */
export interface ReflectorEvents {
  /** Everything that exists is known: so many objects. So many that were known before are `gone`. */
  listed(resource: Resource, how: 'streaming' | 'pages', objects: number, gone: number): void;
  /** The next attempt comes after `pause` milliseconds; what is known stays in force. */
  failed(resource: Resource, failure: ApiFailure, pause: number): void;
  /** After a failure there is a whole list again, or a watch that has stood for a while. */
  recovered(resource: Resource): void;
}

export interface ReflectorOptions<C extends ObjectChange> {
  readonly transport: ApiTransport;
  readonly resource: Resource;
  readonly reduce: Reduce<C>;
  readonly listener: UpdateListener<C>;
  readonly events: ReflectorEvents;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Milliseconds without a byte. Where anything happens in the cluster, a server sends a bookmark each minute. */
const watchSilence = 90_000;
const listSilence = 60_000;
/** How long the events of a streaming list may pause, and how long they may last: an old server never ends them. */
const streamSilence = 10_000;
const longestStream = 60_000;
/** A watch that stands so long is a good one: a server in trouble may answer, and break off at once. */
const standingTime = 5_000;
/** Before something optional that the server does not have is asked for again. */
const optionalPause = 300_000;

/**
 * Keeps a listener informed of all objects of a kind: lists them once, then watches, and goes on from where a watch ended.
 * It lists again only where the server no longer knows what happened since (KEP-956 bookmarks make that rare).
 */
export class Reflector<C extends ObjectChange> {
  readonly #transport: ApiTransport;
  readonly #resource: Resource;
  readonly #listener: UpdateListener<C>;
  readonly #events: ReflectorEvents;
  readonly #random: () => number;
  readonly #collection: Collection<C>;
  readonly #pause: RetryPause;
  readonly #synced = Promise.withResolvers<void>();
  /** Where the watch goes on; `undefined` where a list must come first. */
  #version: string | undefined;
  /** Runs while a watch has not stood long enough. */
  #standing: NodeJS.Timeout | undefined;
  #hasStood = false;
  #failing = false;
  /** Whether the list is asked for once more, since the last one was doubtful. */
  #isAskedAgain = false;
  /** Whether the server may be another one now, or have gone back in time. */
  #isInDoubt = false;
  /** Aborted to shorten the pause. */
  #pausing: AbortController | undefined;
  /** Once until a watch has stood: else kinds that recover for a moment would keep one another from pausing. */
  #mayHurry = true;

  constructor({ transport, resource, reduce, listener, events, random }: ReflectorOptions<C>) {
    this.#transport = transport;
    this.#resource = resource;
    this.#listener = listener;
    this.#events = events;
    this.#random = random;
    this.#collection = new Collection(resource, reduce);
    this.#pause = new RetryPause(random);
  }

  /** Once everything that exists was handed to the listener. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** The server is there for others: the pause before the next attempt becomes a short one, unless the server asked for it. */
  hurry(): void {
    if (!this.#mayHurry || this.#pausing === undefined) return;
    this.#mayHurry = false;
    this.#pausing.abort();
  }

  /** Until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#hasStood = false;
      const failure = await this.#attempt(signal).then(() => undefined, failureOfError);
      clearTimeout(this.#standing);
      this.#standing = undefined;
      if (signal.aborted) return;
      this.#isInDoubt = failure !== undefined;
      // The usual end of a watch is the time-out that it asked for; and where nothing happens, a server may be silent.
      if (this.#hasStood && (failure === undefined || failure.kind === 'silent')) continue;
      await this.#recover(failure ?? new ApiFailure('unavailable', 'the watch ended at once'), signal);
    }
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    if (this.#version === undefined) {
      if (await this.#streamList(signal)) return;
      await this.#listPages(signal);
    } else if (this.#isInDoubt) {
      await this.#checkVersion(this.#version, signal);
    }
    await this.#watch(signal);
  }

  /**
   * A watch from a version that the server does not have, as after a restored backup, is not refused: it is silent until
   * the server gets there. A list of that version is refused, and costs little in a namespace that has nothing.
   */
  async #checkVersion(version: string, signal: AbortSignal): Promise<void> {
    const query = {
      ...this.#resource.selectors,
      limit: '1',
      resourceVersion: version,
      resourceVersionMatch: 'NotOlderThan',
    };
    const request = { method: 'GET' as const, path: this.#resource.smallPath, query };
    try {
      for await (const _ of exchange(this.#transport, request, signal, () => listSilence));
    } catch (error) {
      const failure = failureOfError(error);
      if (failure.kind !== 'refused') throw failure;
    }
  }

  async #recover(failure: ApiFailure, signal: AbortSignal): Promise<void> {
    if (failure.kind === 'expired' || failure.kind === 'version-too-large') this.#version = undefined;
    const doWithout = this.#resource.optional && failure.kind === 'refused';
    if (doWithout) this.#synced.resolve();
    const pause = doWithout ? optionalPause : this.#pause.next(failure.retryAfter);
    if (failure.kind !== 'doubtful') this.#failing = true;
    this.#events.failed(this.#resource, failure, pause);
    const isAsked = doWithout || (failure.retryAfter ?? 0) > 0;
    const pausing = new AbortController();
    this.#pausing = isAsked ? undefined : pausing;
    await wait(shortestPause, signal);
    await wait(pause - shortestPause, AbortSignal.any([signal, pausing.signal]));
    this.#pausing = undefined;
  }

  /** All is well. */
  #stood(): void {
    this.#hasStood = true;
    this.#mayHurry = true;
    this.#pause.reset();
    this.#recovered();
  }

  #recovered(): void {
    if (this.#failing) this.#events.recovered(this.#resource);
    this.#failing = false;
  }

  /** A list that comes as events and goes on as a watch (KEP-3157). False where the server does not do that. */
  async #streamList(signal: AbortSignal): Promise<boolean> {
    const deadline = performance.now() + longestStream;
    this.#collection.beginList();
    try {
      await this.#readEvents(
        { ...this.#watchQuery(), sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' },
        signal,
        () =>
          this.#collection.isListing ? Math.min(streamSilence, deadline - performance.now()) : watchSilence,
      );
    } catch (error) {
      const failure = failureOfError(error);
      if (signal.aborted || !this.#collection.isListing || !refusesStream(failure)) throw failure;
      return false;
    }
    if (this.#collection.isListing)
      throw new ApiFailure('unavailable', 'the list ended before it was complete');
    return true;
  }

  async #listPages(signal: AbortSignal): Promise<void> {
    this.#collection.beginList();
    const version = await listPages(
      this.#resource,
      (page) => this.#ask({ ...this.#resource.selectors, ...page }, signal, () => listSilence),
      (items) => this.#emit(items.map((item) => this.#collection.present(item))),
    );
    this.#completeList(version, 'pages');
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const query = { ...this.#watchQuery(), resourceVersion: this.#version ?? '' };
    await this.#readEvents(query, signal, () => watchSilence);
  }

  #watchQuery(): Readonly<Record<string, string>> {
    return {
      ...this.#resource.selectors,
      watch: 'true',
      allowWatchBookmarks: 'true',
      // By chance, so that the watches of all nodes do not end together.
      timeoutSeconds: String(Math.round(300 * (1 + this.#random()))),
    };
  }

  async #readEvents(
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
    silence: () => number,
  ): Promise<void> {
    const lines = new Lines();
    for await (const chunk of this.#ask(query, signal, silence)) {
      this.#takeEvents(lines.push(chunk));
      if (!this.#collection.isListing) this.#standing ??= setTimeout(() => this.#stood(), standingTime);
    }
    if (lines.isBroken) throw new ApiFailure('unavailable', 'the watch ended in the middle of an event');
  }

  #ask(query: Readonly<Record<string, string>>, signal: AbortSignal, silence: () => number) {
    const request = { method: 'GET' as const, path: this.#resource.path, query };
    return exchange(this.#transport, request, signal, silence);
  }

  /** What the events before a bad one said counts. */
  #takeEvents(lines: readonly string[]): void {
    const updates: SourceUpdate<C>[] = [];
    try {
      for (const line of lines) updates.push(this.#takeEvent(line));
    } finally {
      this.#emit(updates);
    }
  }

  #takeEvent(line: string): SourceUpdate<C> {
    const event = parseWatchEvent(line, this.#resource);
    if (event.type === 'other') return nothing;
    if (event.type === 'bookmark' && event.endsInitialEvents && this.#collection.isListing)
      this.#completeList(versionOf(event.object), 'streaming');
    else if (!this.#collection.isListing) this.#version = versionOf(event.object) ?? this.#version;
    if (event.type === 'bookmark') return nothing;
    return event.type === 'present'
      ? this.#collection.present(event.object)
      : this.#collection.gone(event.object);
  }

  #completeList(version: string | undefined, how: 'streaming' | 'pages'): void {
    const { known, missing } = this.#collection.loss;
    const doubt = doubtOf(this.#resource, known, missing, this.#collection.size);
    if (doubt !== undefined && !this.#isAskedAgain) {
      this.#isAskedAgain = true;
      throw new ApiFailure('doubtful', doubt);
    }
    this.#isAskedAgain = false;
    this.#emit([{ changes: this.#collection.endList(), problems: [] }]);
    this.#version = version;
    this.#events.listed(this.#resource, how, this.#collection.size, missing);
    this.#recovered();
    this.#synced.resolve();
  }

  #emit(updates: readonly SourceUpdate<C>[]): void {
    const changes: readonly C[] = updates.flatMap((update) => update.changes);
    const problems: readonly Problem[] = updates.flatMap((update) => update.problems);
    if (changes.length + problems.length > 0) this.#listener({ changes, problems });
  }
}

/** Fewer may go between two lists without a doubt, unless all do. */
const many = 10;

/**
 * What is strange about a list, if anything is: it lacks all that was known, or most of many; or there are none of what every
 * cluster has. A restored backup and another cluster look so, and so does a server that has lost its store.
 */
function doubtOf(
  { kind, neverEmpty }: Resource,
  known: number,
  missing: number,
  size: number,
): string | undefined {
  if (neverEmpty && size === 0) return `there is no ${kind} at all, and every cluster has some`;
  const isMuch = missing === known || (missing >= many && missing > known / 2);
  if (known === 0 || !isMuch) return undefined;
  return `${missing} of the ${known} ${kind}s that are known are not there any more`;
}

const nothing: SourceUpdate<never> = { changes: [], problems: [] };

/**
 * Servers refuse by an ERROR event or as a bad request; others pass over the parameter, and never end the list. Nobody
 * remembers it: lists are rare, and servers in trouble fail in the same ways.
 */
function refusesStream({ kind, code }: ApiFailure): boolean {
  if (kind === 'silent') return true;
  return code === 500 || (kind === 'refused' && code !== 403 && code !== 404);
}
