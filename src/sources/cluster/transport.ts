/** One question to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Below the server's address: `/api/v1/services`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Ends the exchange, the answer's body included. */
  readonly signal: AbortSignal;
}

/** The server's answer, of any status. */
export interface ApiAnswer {
  readonly status: number;
  /** The header `Retry-After` in milliseconds; see `parseRetryAfter`. */
  readonly retryAfter: number | undefined;
  /** UTF-8 text as it arrives. Throws where the connection breaks; ends where the server ends it. */
  readonly body: AsyncIterable<string>;
}

/** A request to the API server that is done. */
export interface FinishedRequest {
  /** `GET` */
  readonly method: string;
  /** `host:port`, as in the URL. */
  readonly host: string;
  /** The HTTP status; `undefined` where no answer came. */
  readonly code: number | undefined;
  /** Until the head of the answer: the body of a watch may take hours. */
  readonly seconds: number;
}

/** Hears of each request that is done. */
export interface RequestObserver {
  requestDone(request: FinishedRequest): void;
}

/** How the API server is reached. */
export interface ApiTransport {
  /** Throws where no answer comes: no connection, no credentials, or the signal. */
  send(request: ApiRequest): Promise<ApiAnswer>;
}

/** Milliseconds. Only a number of seconds counts: a date (RFC 9110) is passed over, as by client-go, since clocks differ. */
export function parseRetryAfter(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) * 1000 : undefined;
}
