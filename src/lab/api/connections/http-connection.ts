import type http from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Connection } from './connection.ts';

/** The real server packs answers from this size on, where the client takes that; in bytes. Never watches. */
const gzipFrom = 128 * 1024;

/** An answer over HTTP. */
export class HttpConnection implements Connection {
  readonly #response: http.ServerResponse;
  readonly #takesGzip: boolean;
  #head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;

  constructor({ headers }: http.IncomingMessage, response: http.ServerResponse) {
    this.#response = response;
    this.#takesGzip = /\bgzip\b/.test(headers['accept-encoding']?.toString() ?? '');
    // What is written to a client that has gone is lost.
    response.on('error', () => {});
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#isOver) return;
    this.#head = { status, headers };
    // A stream shows its head before the first event; a whole answer follows in the same turn.
    queueMicrotask(() => this.#sendHead({}));
  }

  write(text: string): void {
    if (this.#isOver) return;
    if (this.#head !== undefined && this.#takesGzip && Buffer.byteLength(text) >= gzipFrom) {
      this.#sendHead({ 'content-encoding': 'gzip' });
      this.#response.write(gzipSync(text));
      return;
    }
    this.#sendHead({});
    this.#response.write(text);
  }

  end(): void {
    this.#sendHead({});
    if (this.#response.headersSent) this.#response.end();
    else this.reset();
  }

  reset(): void {
    if (this.#response.socket === null) return;
    // What was written goes out before the connection breaks.
    this.#sendHead({});
    const { socket } = this.#response;
    // TLS cannot send a RST.
    const cut = () => ('encrypted' in socket ? socket.destroy() : socket.resetAndDestroy());
    if (socket.writableLength === 0) setImmediate(cut);
    else this.#response.write('', () => setImmediate(cut));
  }

  onClose(listener: () => void): void {
    if (this.#isOver) listener();
    else this.#response.once('close', listener);
  }

  get #isOver(): boolean {
    return this.#response.writableEnded || this.#response.destroyed;
  }

  #sendHead(more: Readonly<Record<string, string>>): void {
    if (this.#head === undefined || this.#isOver) return;
    const { status, headers } = this.#head;
    this.#head = undefined;
    this.#response.writeHead(status, { ...headers, ...more });
    this.#response.flushHeaders();
  }
}
