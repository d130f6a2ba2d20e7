import { RetryPause } from '../../sources/cluster/retry-pause.ts';
import type { ApiTransport } from '../../sources/cluster/transport.ts';
import type { Logger } from '../logs/logger.ts';
import { type EventAnswer, readEventAnswer } from './event-answer.ts';
import { eventNamespace, eventObject, seriesOf } from './event-object.ts';
import { type Clock, EventQueue, type Told } from './event-queue.ts';
import { RateLimit } from './event-rate.ts';
import type { EventSink, OperatorEvent } from './event-sink.ts';

export interface EventSenderOptions {
  readonly transport: ApiTransport;
  /** The name of this node. */
  readonly node: string;
  /** Aborted when nothing is to be sent any more. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** For tests. */
  readonly random?: () => number;
}

/** For all events of this node together: so many at once, then one each five seconds. */
const overall = { burst: 10, period: 5_000 };
/** Milliseconds until an answer must be here. */
const longestRequest = 10_000;
/** An event is left out after so many, as by client-go. */
const mostAttempts = 12;

/**
 * Sends events to the API server, one after another, while there are some. Nothing waits for it: what the server does not
 * take now is sent later, and where it takes none at all, that is said once and events end.
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

  /** Resolves when nothing is left to send, or after so many milliseconds. */
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
    // All that is reported in one go is looked at together.
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
    const told = this.#queue.next()?.told;
    if (told === undefined || this.#isOver) return;
    this.#queue.take(told);
    const { count } = told;
    const answer = await this.#send(told);
    if (this.#isOver) return;
    if (answer.is === 'not now') {
      await this.#later(told, answer.retryAfter);
      return;
    }
    this.#retryPause.reset();
    this.#conclude(told, count, answer);
  }

  #conclude(told: Told, count: number, answer: Exclude<EventAnswer, { is: 'not now' }>): void {
    const { logger } = this.#options;
    const { reason, regarding } = told.event;
    switch (answer.is) {
      case 'taken':
      case 'there already':
        logger.trace({ event: told.name, reason, count }, `event ${answer.is}`);
        this.#queue.settle(told, count, answer.is === 'taken');
        return;
      case 'gone':
        told.sent = 0;
        this.#queue.again(told, 0);
        return;
      case 'refused':
        if (answer.why !== undefined) {
          logger.warn({ regarding, reason, error: answer.why }, 'the API server does not take an event');
        }
        this.#queue.forget(told);
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

  /** The server is in trouble, so the others wait too. */
  async #later(told: Told, retryAfter: number | undefined): Promise<void> {
    if (told.attempts < mostAttempts) this.#queue.again(told, 0);
    else this.#queue.forget(told);
    await this.#pause(this.#retryPause.next(retryAfter), 'in any case');
  }

  /** A first time is sent whole; of what the server knows, only how often it happened. */
  async #send(told: Told): Promise<EventAnswer> {
    const { transport, node, logger } = this.#options;
    const { event, name } = told;
    const events = `/apis/events.k8s.io/v1/namespaces/${eventNamespace(event.regarding)}/events`;
    const isNew = told.sent === 0;
    const method = isNew ? 'POST' : 'PATCH';
    const path = isNew ? events : `${events}/${name}`;
    const body = isNew ? eventObject(event, name, node, told) : seriesOf(told);
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

  /** A signal that is aborted after a while, or with all. */
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

  /** Milliseconds; ends early with the signal. No event keeps the process alive. */
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
