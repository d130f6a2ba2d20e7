import { randomInt } from 'node:crypto';
import { lowerCase } from '../../net/dns/domain-name.ts';
import { DnsMessageError } from '../../net/dns/read-name.ts';
import type { Query, Question } from '../../net/dns/read-query.ts';
import { isFailure, isTruncated, responseCodeOf } from '../../net/dns/read-response.ts';
import { ExchangeError, type Exchanges } from './exchange.ts';
import type { ForwardCache } from './forward-cache.ts';
import { type Forwarded, readForwarded } from './forwarded.ts';
import type { Upstream, Upstreams } from './upstreams.ts';

/** What of a client's query is passed on besides the question. */
export type Wishes = Pick<Query, 'checkingDisabled'> & { readonly dnssecOk: boolean };

export interface ForwarderOptions {
  readonly upstreams: Upstreams;
  readonly exchanges: Exchanges;
  readonly cache: ForwardCache;
  /** Octets of the largest UDP message that is taken. */
  readonly ednsSize: number;
  readonly observer: ForwardObserver;
}

export interface ForwardObserver {
  /** An upstream server was asked; `code` is absent where it did not answer. */
  asked(server: Upstream, seconds: number, code: number | undefined): void;
  cacheAsked(isHit: boolean): void;
  /** Too much is under way. */
  refused(): void;
}

/** Milliseconds for one answer of one server; clients wait for 5 s by default (resolv.conf(5)). */
const udpTimeout = 2_000;
const tcpTimeout = 3_000;

/** Questions under way at once: each takes a socket. */
const mostUnderWay = 1_000;

/** Asks upstream servers, one after the other until one answers. The same question is under way once only. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #underWay = new Map<string, Promise<Forwarded | undefined>>();

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  /** What is remembered, at once; else a promise, which never rejects, of an answer, or of `undefined` where no server gives one. */
  ask(question: Question, wishes: Wishes): Forwarded | Promise<Forwarded | undefined> {
    const { cache, observer } = this.#options;
    const key = keyOf(question, wishes);
    const known = cache.get(key);
    observer.cacheAsked(known !== undefined);
    if (known !== undefined) return known;
    // That is also why a loop of servers ends: what comes back is the same question.
    const same = this.#underWay.get(key);
    if (same !== undefined) return same;
    if (this.#underWay.size >= mostUnderWay) {
      observer.refused();
      return Promise.resolve(undefined);
    }
    const asking = this.#askAll(question, wishes)
      .then((forwarded) => {
        if (forwarded !== undefined) cache.put(key, forwarded);
        return forwarded;
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, asking);
    return asking;
  }

  /** Of several failures that servers tell of, the last counts. */
  async #askAll(question: Question, wishes: Wishes): Promise<Forwarded | undefined> {
    let failure: Forwarded | undefined;
    for (const server of this.#options.upstreams.inOrder()) {
      const forwarded = await this.#askOne(server, question, wishes);
      if (forwarded === undefined) continue;
      if (!isFailure(responseCodeOf(forwarded.message))) return forwarded;
      failure = forwarded;
    }
    return failure;
  }

  async #askOne(server: Upstream, question: Question, wishes: Wishes): Promise<Forwarded | undefined> {
    const { upstreams, observer } = this.#options;
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1_000;
    try {
      const message = await this.#exchange(server, question, wishes);
      const forwarded = readForwarded(message);
      upstreams.answered(server);
      observer.asked(server, seconds(), responseCodeOf(message));
      return forwarded;
    } catch (error) {
      if (!(error instanceof ExchangeError || error instanceof DnsMessageError)) throw error;
      upstreams.failed(server);
      observer.asked(server, seconds(), undefined);
      return undefined;
    }
  }

  /** Over TCP where the answer does not fit into a UDP message. */
  async #exchange(server: Upstream, question: Question, wishes: Wishes): Promise<Buffer> {
    const { exchanges, ednsSize: size } = this.#options;
    const { checkingDisabled, dnssecOk } = wishes;
    const edns = { version: 0, size, dnssecOk };
    const query = () => ({
      id: randomInt(0x10000),
      recursionDesired: true,
      checkingDisabled,
      question,
      edns,
    });
    const answer = await exchanges.udp(server, query(), udpTimeout);
    return isTruncated(answer) ? exchanges.tcp(server, query(), tcpTimeout) : answer;
  }
}

function keyOf({ name, type, class: of }: Question, { dnssecOk, checkingDisabled }: Wishes): string {
  return `${type} ${of} ${dnssecOk ? 'DO' : ''}${checkingDisabled ? 'CD' : ''} ${lowerCase(name)}`;
}
