import type { Connection } from '../../../../src/lab/api/connections/connection.ts';
import type { LoggedRequest } from '../counters.ts';

/** A connection that the server can go silent on, whatever goes on behind it. */
export class OpenConnection implements Connection {
  readonly request: LoggedRequest;
  readonly #carrier: Connection;
  #muted = false;

  constructor(carrier: Connection, request: LoggedRequest) {
    this.#carrier = carrier;
    this.request = request;
  }

  /** Nothing more goes out; it stays open until the client leaves or `reset`. */
  mute(): void {
    this.#muted = true;
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (!this.#muted) this.#carrier.head(status, headers);
  }

  write(text: string): void {
    if (!this.#muted) this.#carrier.write(text);
  }

  end(): void {
    if (!this.#muted) this.#carrier.end();
  }

  reset(): void {
    this.#carrier.reset();
  }

  onClose(listener: () => void): void {
    this.#carrier.onClose(listener);
  }
}
