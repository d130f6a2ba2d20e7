import { randomBytes } from 'node:crypto';
import { ownName, sharedName } from './event-object.ts';
import { RateLimit } from './event-rate.ts';
import type { OperatorEvent } from './event-sink.ts';

/** An event that is to be sent or was sent. */
export interface TrackedEvent {
  readonly event: OperatorEvent;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  lastAt: number;
  count: number;
  /** The number of occurrences that the server knows. */
  sent: number;
  attempts: number;
  /** When to send it, in milliseconds of the clock. */
  dueAt: number;
}

export interface Clock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Milliseconds since 1970. */
  date(): number;
  /** From 0 to 1. */
  random(): number;
}

/** Milliseconds, or numbers of events. */
export const limits = {
  /** How many events about objects other than the node may wait; of more, some are picked at random. */
  waiting: 1_000,
  /** How many events are remembered, so that they are not sent again. */
  remembered: 5_000,
  /** All nodes learn of an object at the same time: they spread their events about it over this time. */
  spread: 60_000,
  /** The server keeps events for an hour by default. Problems that persist are reported again a little later. */
  sharedFor: 3_900_000,
  /** After this pause a new series begins; client-go's value. */
  seriesFor: 360_000,
  /** The rate for each object. */
  object: { burst: 5, period: 300_000 },
  /** Events that the rate of their object would delay longer are dropped. */
  longestWait: 600_000,
  /** The pause after an event that another node had sent already, doubled each time. */
  firstPause: 10_000,
  lastPause: 600_000,
} as const;

/** Decides which events are sent and when: few for each object, few from each node, and few from all nodes together. */
export class EventQueue {
  readonly #clock: Clock;
  readonly #tracked = new Map<string, TrackedEvent>();
  readonly #waiting = new Set<TrackedEvent>();
  readonly #objects = new RateLimit(limits.object);
  #leftOut = 0;
  /** No event that other nodes report, too, is sent earlier. */
  #sharedFrom = Number.NEGATIVE_INFINITY;
  #sharedPause = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds an event, or counts another occurrence. */
  add(event: OperatorEvent): void {
    const key = keyOf(event);
    const known = this.#tracked.get(key);
    if (known === undefined || this.#isOver(known)) {
      this.#tracked.delete(key);
      this.#enter(key, event);
      return;
    }
    if (event.seenBy === 'every node') return;
    known.count += 1;
    known.lastAt = this.#clock.date();
    if (!this.#waiting.has(known)) this.#schedule(known);
  }

  /** The event to be sent next and its time; `undefined` if none waits. */
  next(): { readonly tracked: TrackedEvent; readonly at: number } | undefined {
    let next: { readonly tracked: TrackedEvent; readonly at: number } | undefined;
    for (const tracked of this.#waiting) {
      const at =
        tracked.event.seenBy === 'every node' ? Math.max(tracked.dueAt, this.#sharedFrom) : tracked.dueAt;
      if (next === undefined || at < next.at) next = { tracked, at };
    }
    return next;
  }

  /** Marks the event as being sent: later occurrences are sent afterwards. */
  take(tracked: TrackedEvent): void {
    this.#waiting.delete(tracked);
    tracked.attempts += 1;
  }

  /** The server has the event with this number of occurrences; `first` if it had no event of that name before. */
  settle(tracked: TrackedEvent, count: number, first: boolean): void {
    tracked.sent = count;
    tracked.attempts = 0;
    if (tracked.event.seenBy === 'this node') return;
    const longer = Math.min(Math.max(limits.firstPause, this.#sharedPause * 2), limits.lastPause);
    this.#sharedPause = first ? 0 : longer;
    this.#sharedFrom = this.#clock.now() + this.#sharedPause;
  }

  /** Sends the event again after a pause in milliseconds. */
  again(tracked: TrackedEvent, pause: number): void {
    tracked.dueAt = this.#clock.now() + pause;
    this.#waiting.add(tracked);
  }

  /** Drops an event that cannot be sent; another occurrence is a new event. */
  forget(tracked: TrackedEvent): void {
    this.#waiting.delete(tracked);
    this.#tracked.delete(keyOf(tracked.event));
  }

  /** How many events have been dropped since there was room last. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Forgets everything. */
  clear(): void {
    this.#tracked.clear();
    this.#waiting.clear();
  }

  #enter(key: string, event: OperatorEvent): void {
    if (!this.#makeRoom(event)) return;
    const at = this.#clock.date();
    const name =
      event.seenBy === 'every node' ? sharedName(event) : ownName(event, randomBytes(8).toString('hex'));
    const tracked = { event, name, firstAt: at, lastAt: at, count: 1, sent: 0, attempts: 0, dueAt: 0 };
    if (this.#schedule(tracked)) this.#tracked.set(key, tracked);
    if (this.#tracked.size > limits.remembered) this.#forgetOldest();
  }

  /**
   * There is always room for events about the node. Of the others, each has the same chance to stay, so that nodes keep
   * different events, and all are sent in the end.
   */
  #makeRoom({ regarding }: OperatorEvent): boolean {
    if (this.#waiting.size < limits.waiting) {
      this.#leftOut = 0;
      return true;
    }
    if (regarding.kind === 'Node') return true;
    this.#leftOut += 1;
    if (this.#clock.random() >= limits.waiting / (limits.waiting + this.#leftOut)) return false;
    const given = nth(this.#waiting, Math.floor(this.#clock.random() * this.#waiting.size));
    if (given === undefined || given.event.regarding.kind === 'Node') return false;
    this.forget(given);
    return true;
  }

  #schedule(tracked: TrackedEvent): boolean {
    const { regarding } = tracked.event;
    const now = this.#clock.now();
    const wait = this.#objects.reserve(objectOf(tracked.event), now, limits.longestWait);
    if (wait === undefined) return false;
    const spread = regarding.kind === 'Node' ? 0 : this.#clock.random() * limits.spread;
    tracked.dueAt = now + wait + spread;
    this.#waiting.add(tracked);
    return true;
  }

  #isOver(tracked: TrackedEvent): boolean {
    if (this.#waiting.has(tracked)) return false;
    const { seenBy } = tracked.event;
    const kept = seenBy === 'every node' ? limits.sharedFor : limits.seriesFor;
    return this.#clock.date() - tracked.lastAt >= kept;
  }

  #forgetOldest(): void {
    for (const [key, tracked] of this.#tracked) {
      if (this.#waiting.has(tracked)) continue;
      this.#tracked.delete(key);
      return;
    }
  }
}

/** Events of a node are the same whatever their note; with another note, a problem of an object is another event. */
function keyOf(event: OperatorEvent): string {
  const words = event.seenBy === 'every node' ? event.note : '';
  return `${objectOf(event)} ${event.type} ${event.reason} ${event.action} ${words}`;
}

function objectOf({ regarding: { kind, namespace = '', name, uid = '' } }: OperatorEvent): string {
  return `${kind} ${namespace}/${name} ${uid}`;
}

function nth<T>(items: Iterable<T>, index: number): T | undefined {
  let left = index;
  for (const item of items) {
    if (left === 0) return item;
    left -= 1;
  }
  return undefined;
}
