/**
 * One answer on its way to a client, whatever carries it. After the first of `end` and `reset`, or when the client has
 * gone, nothing more is sent, and calls have no effect.
 */
export interface Connection {
  head(status: number, headers: Readonly<Record<string, string>>): void;
  write(text: string): void;
  /** The answer is complete. */
  end(): void;
  /** The connection breaks. */
  reset(): void;
  /** When it is over, whoever ended it. At once where it is over already. */
  onClose(listener: () => void): void;
}

/** A request, as it came. */
export interface ServerRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What the client can read; JSON where it is absent. */
  readonly accept?: string;
  /** Of the body. */
  readonly contentType?: string;
}

const jsonHeaders = { 'content-type': 'application/json' };

/** A whole answer. */
export function answerJson(
  connection: Connection,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  connection.head(status, { ...jsonHeaders, ...headers });
  connection.write(`${JSON.stringify(body)}\n`);
  connection.end();
}

/** A whole answer that is a text. */
export function answerText(connection: Connection, text: string): void {
  connection.head(200, { 'content-type': 'text/plain' });
  connection.write(text);
  connection.end();
}

/** The beginning of a stream of events. */
export function beginStream(connection: Connection): void {
  connection.head(200, jsonHeaders);
}
