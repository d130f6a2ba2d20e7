import type { Client } from '../respond/client.ts';

/** Answers messages; see `Responder`. */
export interface Answering {
  respond(message: Buffer, client: Client): Buffer | Promise<Buffer> | undefined;
}

/** What is under way, for who wants to end only when that is answered. */
export class UnderWay {
  #count = 0;
  #idle = Promise.withResolvers<void>();

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) {
      this.#idle.resolve();
      this.#idle = Promise.withResolvers();
    }
  }

  /** Once nothing is under way. */
  async idle(): Promise<void> {
    while (this.#count > 0) await this.#idle.promise;
  }
}
