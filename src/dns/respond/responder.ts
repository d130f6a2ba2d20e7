import { MessageWriter } from '../../net/dns/message-writer.ts';
import { classes, type ResponseCode, recordTypes } from '../../net/dns/numbers.ts';
import { type Query, readQuery } from '../../net/dns/read-query.ts';
import {
  type Response,
  type ResponseLimits,
  writeFault,
  writeResponse,
} from '../../net/dns/write-response.ts';
import { answerQuestion, mayBeClusters } from '../answer/answer-question.ts';
import type { ClusterNames } from '../cluster-names.ts';
import type { Forwarder } from '../forward/forwarder.ts';
import { relay } from '../forward/relay.ts';
import type { Client } from './client.ts';
import { followElsewhere } from './follow-elsewhere.ts';
import { inTurn } from './in-turn.ts';

export interface ResponderOptions {
  readonly names: Pick<ClusterNames, 'index' | 'zone'>;
  /** Whether all objects are known; before that nothing is said of the cluster. */
  readonly isReady: () => boolean;
  /** `undefined` where there is nobody to ask. */
  readonly forwarder: Forwarder | undefined;
  /** Octets of the largest UDP message that is sent or taken. */
  readonly ednsSize: number;
  readonly observer: ResponseObserver;
  /** Whether this query is one that this server sent to see whether it comes back. */
  readonly isOwnProbe: (query: Query) => boolean;
}

/** Who answers: by the names of CoreDNS's plugins. */
export type Answerer = 'kubernetes' | 'forward' | '';

export interface ResponseObserver {
  /** A message was answered. `started` is what `performance.now()` said when it came. */
  responded(
    client: Client,
    query: Query | undefined,
    answerer: Answerer,
    request: Buffer,
    response: Buffer,
    started: number,
  ): void;
  /** A query could not be answered, by a fault of this program. */
  failed(query: Query, error: unknown): void;
}

/** Octets of a UDP message that every client takes (RFC 1035, 4.2.1), and of the largest message there is. */
const usualSize = 512;
const largestSize = 0xffff;

/** Turns the messages of queries into those of responses. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #writer = new MessageWriter(2 * largestSize);
  #turn = 0;

  constructor(options: ResponderOptions) {
    this.#options = options;
  }

  /**
   * The response to a message: at once, or as a promise where others are asked; `undefined` where it is to be ignored. Neither
   * throws nor rejects: a message that cannot be handled must not end the server.
   */
  respond(message: Buffer, client: Client): Buffer | Promise<Buffer> | undefined {
    const started = performance.now();
    const received = readQuery(message);
    if (received.kind === 'nothing') return undefined;
    const { observer } = this.#options;
    const observed = (answerer: Answerer, response: Buffer) => {
      const query = received.kind === 'query' ? received.query : undefined;
      observer.responded(client, query, answerer, message, response, started);
      return response;
    };
    if (received.kind === 'faulty')
      return observed('', writeFault(received.id, received.flags, received.code));
    const { query } = received;
    const failed = (error: unknown) => {
      observer.failed(query, error);
      return observed('', writeFault(query.id, message.readUInt16BE(2), 'SERVFAIL'));
    };
    try {
      const response = this.#answer(query, this.#limitsOf(query, client), observed);
      return response instanceof Promise ? response.catch(failed) : response;
    } catch (error) {
      return failed(error);
    }
  }

  #answer(query: Query, limits: ResponseLimits, observed: Observed): Buffer | Promise<Buffer> {
    const { names, isReady, isOwnProbe } = this.#options;
    const { question, edns } = query;
    if (edns !== undefined && edns.version !== 0) return observed('', this.#refuse(query, 'BADVERS', limits));
    if (question.class !== classes.IN || isOwnProbe(query))
      return observed('', this.#refuse(query, 'REFUSED', limits));
    if (!isReady() && mayBeClusters(names.zone, question))
      return observed('kubernetes', this.#refuse(query, 'SERVFAIL', limits));
    const answer = answerQuestion(names.index, names.zone, question);
    switch (answer.kind) {
      case 'response':
        return observed('kubernetes', this.#write(query, answer.response, limits));
      case 'elsewhere':
        return this.#forward(query, limits, observed);
      case 'alias':
        return this.#followAlias(query, answer, limits, observed);
    }
  }

  #forward(query: Query, limits: ResponseLimits, observed: Observed): Buffer | Promise<Buffer> {
    const { forwarder } = this.#options;
    const { question } = query;
    const isTransfer = question.type === recordTypes.AXFR || question.type === recordTypes.IXFR;
    if (forwarder === undefined || isTransfer || !query.recursionDesired)
      return observed('', this.#refuse(query, 'REFUSED', limits));
    const respond = (forwarded: Awaited<ReturnType<Forwarder['ask']>>) =>
      observed(
        'forward',
        forwarded === undefined
          ? this.#refuse(query, 'SERVFAIL', limits)
          : relay(this.#writer, query, forwarded, limits),
      );
    const asked = forwarder.ask(question, wishesOf(query));
    return asked instanceof Promise ? asked.then(respond) : respond(asked);
  }

  #followAlias(
    query: Query,
    { aliases, target }: Alias,
    limits: ResponseLimits,
    observed: Observed,
  ): Buffer | Promise<Buffer> {
    const write = (response: Response) => observed('kubernetes', this.#write(query, response, limits));
    const { forwarder } = this.#options;
    if (forwarder === undefined)
      return write({ ...failure('NOERROR'), authoritative: true, answers: aliases });
    const asked = forwarder.ask({ ...query.question, name: target }, wishesOf(query));
    const respond = (forwarded: Awaited<typeof asked>) => write(followElsewhere(aliases, forwarded));
    return asked instanceof Promise ? asked.then(respond) : respond(asked);
  }

  #write(query: Query, response: Response, limits: ResponseLimits): Buffer {
    this.#turn = (this.#turn + 1) % 0x1_0000_0000;
    const answers = inTurn(response.answers, this.#turn);
    return writeResponse(this.#writer, query, { ...response, answers }, limits);
  }

  #refuse(query: Query, code: ResponseCode, limits: ResponseLimits): Buffer {
    return writeResponse(this.#writer, query, failure(code), limits);
  }

  #limitsOf({ edns }: Query, { protocol }: Client): ResponseLimits {
    const { ednsSize, forwarder } = this.#options;
    const size = protocol === 'tcp' ? largestSize : Math.max(usualSize, Math.min(edns?.size ?? 0, ednsSize));
    return { size, ednsSize, recursionAvailable: forwarder !== undefined };
  }
}

/** Takes note of a response, and returns it. */
type Observed = (answerer: Answerer, response: Buffer) => Buffer;

type Alias = Extract<ReturnType<typeof answerQuestion>, { readonly kind: 'alias' }>;

function wishesOf({ edns, checkingDisabled }: Query) {
  return { dnssecOk: edns?.dnssecOk ?? false, checkingDisabled };
}

function failure(code: ResponseCode): Response {
  return { code, authoritative: false, answers: [], authorities: [], additionals: [] };
}
