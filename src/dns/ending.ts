import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../telemetry/logs/logger.ts';

/**
 * The end of a server: SIGTERM begins it, and queries are still answered until the time is over that it takes until nobody sends any
 * more. SIGINT, or another signal, does not wait.
 */
export class Ending {
  readonly #controller = new AbortController();
  readonly #over = Promise.withResolvers<void>();
  #hasBegun = false;
  #begin: () => void = () => undefined;

  /** `lameduck`: milliseconds. */
  constructor(lameduck: number, logger: Logger) {
    const end = (signal: string, wait: number) => {
      const isAgain = this.#hasBegun;
      this.#hasBegun = true;
      if (!isAgain) {
        logger.info({ signal }, 'ending');
        this.#begin();
      }
      // It must not keep the process once another signal has ended it.
      void delay(isAgain ? 0 : wait, undefined, { ref: false }).then(() => this.#over.resolve());
    };
    process.on('SIGTERM', () => end('SIGTERM', lameduck));
    process.on('SIGINT', () => end('SIGINT', 0));
  }

  /** Aborted at the very end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Once no more queries have to be taken. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Called when the end begins. */
  onBegin(listener: () => void): void {
    this.#begin = listener;
    if (this.#hasBegun) listener();
  }

  abort(): void {
    this.#controller.abort();
  }
}
