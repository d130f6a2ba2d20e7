import { randomBytes } from 'node:crypto';
import { ownName, sharedName } from './event-object.ts';
import { RateLimit } from './event-rate.ts';
import type { OperatorEvent } from './event-sink.ts';

/** An event that is to be sent, or was. */
export interface Told {
  readonly event: OperatorEvent;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  lastAt: number;
  count: number;
  /** How many of them the server knows of. */
  sent: number;
  attempts: number;
  /** By the clock, in milliseconds. */
  dueAt: number;
}

export interface Clock {
  /** Milliseconds; never goes back. */
  now(): number;
  /** Milliseconds since 1970. */
  date(): number;
  /** From 0 to 1. */
  random(): number;
}

/** In milliseconds, or numbers of events. */
export const limits = {
  /** Events about other objects than the node that wait at a time; of more, some are picked by chance. */
  waiting: 1_000,
  /** Events that are remembered, so as not to tell them again. */
  remembered: 5_000,
  /** All nodes learn of an object at once; they send what they have to say of it spread over so much time. */
  spread: 60_000,
  /** The server keeps events for an hour, if it is not told otherwise. What stands a little later is told again. */
  sharedFor: 3_900_000,
  /** What does not happen for so long is no longer the same series; client-go's figure. */
  seriesFor: 360_000,
  /** For each object. */
  object: { burst: 5, period: 300_000 },
  /** An event that would have to wait longer for the others of its object is left out. */
  longestWait: 600_000,
  /** What the others had told already: the pause until the next one, doubled each time. */
  firstPause: 10_000,
  lastPause: 600_000,
} as const;

/** Which events are sent, and when: few of one object, few from one node, and few from all nodes together. */
export class EventQueue {
  readonly #clock: Clock;
  readonly #told = new Map<string, Told>();
  readonly #waiting = new Set<Told>();
  readonly #objects = new RateLimit(limits.object);
  #leftOut = 0;
  /** Before that, nothing is sent that other nodes find as well. */
  #sharedFrom = Number.NEGATIVE_INFINITY;
  #sharedPause = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds an event, or counts it where it is known. */
  add(event: OperatorEvent): void {
    const key = keyOf(event);
    const known = this.#told.get(key);
    if (known === undefined || this.#isOver(known)) {
      this.#told.delete(key);
      this.#enter(key, event);
      return;
    }
    if (event.seenBy === 'every node') return;
    known.count += 1;
    known.lastAt = this.#clock.date();
    if (!this.#waiting.has(known)) this.#schedule(known);
  }

  /** The event to be sent next, and when that is; `undefined` where none waits. */
  next(): { readonly told: Told; readonly at: number } | undefined {
    let next: { readonly told: Told; readonly at: number } | undefined;
    for (const told of this.#waiting) {
      const at = told.event.seenBy === 'every node' ? Math.max(told.dueAt, this.#sharedFrom) : told.dueAt;
      if (next === undefined || at < next.at) next = { told, at };
    }
    return next;
  }

  /** The event is under way: what happens from now on is told later. */
  take(told: Told): void {
    this.#waiting.delete(told);
    told.attempts += 1;
  }

  /** The server has the event with so many occurrences; `first` where it had nothing of that name before. */
  settle(told: Told, count: number, first: boolean): void {
    told.sent = count;
    told.attempts = 0;
    if (told.event.seenBy === 'this node') return;
    const longer = Math.min(Math.max(limits.firstPause, this.#sharedPause * 2), limits.lastPause);
    this.#sharedPause = first ? 0 : longer;
    this.#sharedFrom = this.#clock.now() + this.#sharedPause;
  }

  /** The event is to be sent again after so many milliseconds. */
  again(told: Told, pause: number): void {
    told.dueAt = this.#clock.now() + pause;
    this.#waiting.add(told);
  }

  /** The event cannot be sent; where it happens again it is a new one. */
  forget(told: Told): void {
    this.#waiting.delete(told);
    this.#told.delete(keyOf(told.event));
  }

  /** How many found no room since there was some. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Forgets everything. */
  clear(): void {
    this.#told.clear();
    this.#waiting.clear();
  }

  #enter(key: string, event: OperatorEvent): void {
    if (!this.#makeRoom(event)) return;
    const at = this.#clock.date();
    const name =
      event.seenBy === 'every node' ? sharedName(event) : ownName(event, randomBytes(8).toString('hex'));
    const told = { event, name, firstAt: at, lastAt: at, count: 1, sent: 0, attempts: 0, dueAt: 0 };
    if (this.#schedule(told)) this.#told.set(key, told);
    if (this.#told.size > limits.remembered) this.#forgetOldest();
  }

  /**
   * There is always room for what is about the node. Of the others, each has the same chance to stay, so that of many
   * events every node has others, and all are told in the end.
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

  #schedule(told: Told): boolean {
    const { regarding } = told.event;
    const now = this.#clock.now();
    const wait = this.#objects.reserve(objectOf(told.event), now, limits.longestWait);
    if (wait === undefined) return false;
    const spread = regarding.kind === 'Node' ? 0 : this.#clock.random() * limits.spread;
    told.dueAt = now + wait + spread;
    this.#waiting.add(told);
    return true;
  }

  #isOver(told: Told): boolean {
    if (this.#waiting.has(told)) return false;
    const { seenBy } = told.event;
    const kept = seenBy === 'every node' ? limits.sharedFor : limits.seriesFor;
    return this.#clock.date() - told.lastAt >= kept;
  }

  #forgetOldest(): void {
    for (const [key, told] of this.#told) {
      if (this.#waiting.has(told)) continue;
      this.#told.delete(key);
      return;
    }
  }
}

/** What happens on a node is the same again whatever the words; what stands in an object is another problem then. */
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
