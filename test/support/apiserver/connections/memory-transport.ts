import type { Connection, ServerRequest } from '../../../../src/lab/api/connections/connection.ts';
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiTransport,
  parseRetryAfter,
} from '../../../../src/sources/cluster/transport.ts';

export interface MemoryTransportOptions {
  /** Texts arrive in parts of at most so many characters, wherever that cuts them. */
  readonly chunkSize?: number;
  /** Milliseconds from the request to the server; none where it is absent. */
  readonly latency?: number;
}

/** Carries requests to a server in the same process, by promises alone: the same calls give the same order. */
export function memoryTransport(
  handle: (request: ServerRequest, connection: Connection) => void,
  { chunkSize = Number.POSITIVE_INFINITY, latency = 0 }: MemoryTransportOptions,
): ApiTransport {
  return {
    send(request) {
      const connection = new MemoryConnection(request.signal, chunkSize);
      const deliver = () => {
        if (!connection.isOver) handle(asSent(request), connection);
      };
      if (latency === 0) queueMicrotask(deliver);
      else setTimeout(deliver, latency);
      return connection.answer;
    },
  };
}

/** What is left of it on the way: a body is text, and of the query the names and texts. */
function asSent({ method, path, query, body }: ApiRequest): ServerRequest {
  return {
    method,
    path,
    query: { ...query },
    body: body === undefined ? undefined : JSON.parse(JSON.stringify(body)),
  };
}

class MemoryConnection implements Connection {
  readonly #chunkSize: number;
  readonly #answer = Promise.withResolvers<ApiAnswer>();
  readonly #listeners: (() => void)[] = [];
  #chunks: string[] = [];
  #arrived = Promise.withResolvers<void>();
  /** How it ended: well, or with what is thrown. */
  #over: { readonly error: Error | undefined } | undefined;

  constructor(signal: AbortSignal, chunkSize: number) {
    this.#chunkSize = chunkSize;
    // A caller that left may not look at it any more.
    this.#answer.promise.catch(() => {});
    const leave = () => {
      this.#chunks = [];
      this.#close(abortError(signal));
    };
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    this.onClose(() => signal.removeEventListener('abort', leave));
  }

  get answer(): Promise<ApiAnswer> {
    return this.#answer.promise;
  }

  get isOver(): boolean {
    return this.#over !== undefined;
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.isOver) return;
    const retryAfter = parseRetryAfter(headers['retry-after']);
    this.#answer.resolve({ status, retryAfter, body: this.#body() });
  }

  write(text: string): void {
    if (this.isOver) return;
    for (let at = 0; at < text.length; at += this.#chunkSize) {
      this.#chunks.push(text.slice(at, at + this.#chunkSize));
    }
    this.#arrived.resolve();
  }

  end(): void {
    this.#close(undefined);
  }

  reset(): void {
    this.#close(resetError('read ECONNRESET'));
  }

  onClose(listener: () => void): void {
    if (this.isOver) listener();
    else this.#listeners.push(listener);
  }

  async *#body(): AsyncGenerator<string> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) yield chunk;
        else if (this.#over?.error !== undefined) throw this.#over.error;
        else if (this.#over !== undefined) return;
        else {
          await this.#arrived.promise;
          this.#arrived = Promise.withResolvers();
        }
      }
    } finally {
      this.#close(undefined);
    }
  }

  #close(error: Error | undefined): void {
    if (this.isOver) return;
    this.#over = { error };
    // Without effect where there was a head.
    this.#answer.reject(error ?? resetError('socket hang up'));
    this.#arrived.resolve();
    for (const listener of this.#listeners) listener();
  }
}

function resetError(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNRESET' });
}

function abortError({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new DOMException('This operation was aborted', 'AbortError');
}
