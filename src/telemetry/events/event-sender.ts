import { RetryPause } from '../../sources/cluster/retry-pause.ts';
import type { ApiTransport } from '../../sources/cluster/transport.ts';
import type { Logger } from '../logs/logger.ts';
import { type EventAnswer, readEventAnswer } from './event-answer.ts';
import { eventNamespace, eventObject, seriesOf } from './event-object.ts';
import { type Clock, EventQueue, type TrackedEvent } from './event-queue.ts';
import { RateLimit } from './event-rate.ts';
import type { EventSink, OperatorEvent } from './event-sink.ts';

export interface EventSenderOptions {
  readonly transport: ApiTransport;
  /** The name of this node. */
  readonly node: string;
  /** Aborts when nothing may be sent any more. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** For tests. */
  readonly random?: () => number;
}

/** The rate for all events of this node together. */
const overall = { burst: 10, period: 5_000 };
/** How long a request may take, in milliseconds. */
const longestRequest = 10_000;
/** An event is dropped after so many attempts, as in client-go. */
const mostAttempts = 12;

/**
 * Sends events to the API server one by one, in the background. What the server does not accept now is sent later. If
 * it forbids events, that is logged once, and no more are sent.
 */
export class EventSender implements EventSink {
  readonly #options: EventSenderOptions;
  readonly #clock: Clock;
  readonly #queue: EventQueue;
  readonly #rate = new RateLimit(overall);
  readonly #retryPause: RetryPause;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #saysLeftOut = true;
  #ended = false;

  constructor(options: EventSenderOptions) {
    const random = options.random ?? Math.random;
    this.#options = options;
    this.#clock = { now: () => performance.now(), date: () => Date.now(), random };
    this.#queue = new EventQueue(this.#clock);
    this.#retryPause = new RetryPause(random);
    options.signal.addEventListener('abort', () => this.#wake?.());
  }

  report(event: OperatorEvent): void {
    if (this.#isOver) return;
    this.#queue.add(event);
    if (this.#queue.leftOut > 0 && this.#saysLeftOut) {
      this.#saysLeftOut = false;
      this.#options.logger.warn('more events than may be sent: some are left out; the log has them all');
    }
    this.#wake?.();
    this.#running ??= this.#run().catch((error) => {
      this.#ended = true;
      this.#options.logger.error({ error: String(error) }, 'no more events are sent');
    });
  }

  /** Resolves when nothing is left to send, or after `longest` milliseconds. */
  async idle(longest: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, longest);
    await Promise.race([this.#running, promise]);
    clearTimeout(timer);
  }

  get #isOver(): boolean {
    return this.#ended || this.#options.signal.aborted;
  }

  async #run(): Promise<void> {
    // Waits until all that is reported in one go is in the queue.
    await Promise.resolve();
    for (let next = this.#queue.next(); next !== undefined && !this.#isOver; next = this.#queue.next()) {
      const due = next.at - this.#clock.now();
      if (due > 0) await this.#pause(due, 'until something is reported');
      else await this.#sendOne();
    }
    this.#running = undefined;
  }

  async #sendOne(): Promise<void> {
    await this.#pause(this.#rate.reserve('', this.#clock.now()) ?? 0, 'in any case');
    const tracked = this.#queue.next()?.tracked;
    if (tracked === undefined || this.#isOver) return;
    this.#queue.take(tracked);
    const { count } = tracked;
    const answer = await this.#send(tracked);
    if (this.#isOver) return;
    if (answer.is === 'not now') {
      await this.#later(tracked, answer.retryAfter);
      return;
    }
    this.#retryPause.reset();
    this.#conclude(tracked, count, answer);
  }

  #conclude(tracked: TrackedEvent, count: number, answer: Exclude<EventAnswer, { is: 'not now' }>): void {
    const { logger } = this.#options;
    const { reason, regarding } = tracked.event;
    switch (answer.is) {
      case 'taken':
      case 'there already':
        logger.trace({ event: tracked.name, reason, count }, `event ${answer.is}`);
        this.#queue.settle(tracked, count, answer.is === 'taken');
        return;
      case 'gone':
        tracked.sent = 0;
        this.#queue.again(tracked, 0);
        return;
      case 'refused':
        if (answer.why !== undefined) {
          logger.warn({ regarding, reason, error: answer.why }, 'the API server does not take an event');
        }
        this.#queue.forget(tracked);
        return;
      case 'forbidden':
        logger.warn(
          { error: answer.why },
          'the API server takes no events, so none are sent; allow create and patch of events in events.k8s.io',
        );
        this.#ended = true;
        this.#queue.clear();
    }
  }

  /** The server is in trouble, so all events wait. */
  async #later(tracked: TrackedEvent, retryAfter: number | undefined): Promise<void> {
    if (tracked.attempts < mostAttempts) this.#queue.again(tracked, 0);
    else this.#queue.forget(tracked);
    await this.#pause(this.#retryPause.next(retryAfter), 'in any case');
  }

  /** Sends a new event as a whole; of an event that the server has, only the new count. */
  async #send(tracked: TrackedEvent): Promise<EventAnswer> {
    const { transport, node, logger } = this.#options;
    const { event, name } = tracked;
    const events = `/apis/events.k8s.io/v1/namespaces/${eventNamespace(event.regarding)}/events`;
    const isNew = tracked.sent === 0;
    const method = isNew ? 'POST' : 'PATCH';
    const path = isNew ? events : `${events}/${name}`;
    const body = isNew ? eventObject(event, name, node, tracked) : seriesOf(tracked);
    const exchange = this.#exchange();
    try {
      const answer = await transport.send({ method, path, query: {}, body, signal: exchange.signal });
      return await readEventAnswer(answer, method);
    } catch (error) {
      logger.trace({ error: error instanceof Error ? error.message : error }, 'an event could not be sent');
      return { is: 'not now', retryAfter: undefined };
    } finally {
      exchange.end();
    }
  }

  /** A signal that aborts after the longest time for a request, or at the end. */
  #exchange(): { readonly signal: AbortSignal; end(): void } {
    const { signal } = this.#options;
    const ending = new AbortController();
    const abort = () => ending.abort();
    const timer = setTimeout(abort, longestRequest);
    signal.addEventListener('abort', abort);
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    return { signal: ending.signal, end };
  }

  /** A pause in milliseconds that ends early with the signal and does not keep the process alive. */
  async #pause(milliseconds: number, how: 'in any case' | 'until something is reported'): Promise<void> {
    if (milliseconds <= 0 || this.#isOver) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds).unref();
    this.#wake = () => {
      if (how === 'until something is reported' || this.#isOver) resolve();
    };
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}
