import type { Backend } from '../../src/backend/backend.ts';

/** Milliseconds of the machine's monotonic clock, which all its processes share. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

interface Expected {
  readonly since: number;
  readonly resolve: (milliseconds: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Tells how long changes take until they are in the kernel. A sync takes all that was emitted before it began. */
export class Commits {
  #expected: Expected[] = [];
  #transactions = 0;

  /** How many transactions changed the table after the first sync. */
  get transactions(): number {
    return this.#transactions;
  }

  /**
   * To be called before a change is emitted. Resolves to the milliseconds from `since` until the sync that takes it is
   * done; rejects where that fails.
   */
  expect(since: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#expected.push({ since, resolve, reject });
    return promise;
  }

  /** The same backend, with its syncs watched. */
  observe(backend: Backend): Backend {
    return {
      family: backend.family,
      looks: backend.looks,
      get refused() {
        return backend.refused;
      },
      get kept() {
        return backend.kept;
      },
      get retryDelay() {
        return backend.retryDelay;
      },
      get tidyDelay() {
        return backend.tidyDelay;
      },
      syncAll: (plans, signal) => this.#settleAfter(backend.syncAll(plans, signal)),
      syncChanges: (changes, signal) => {
        this.#transactions += 1;
        return this.#settleAfter(backend.syncChanges(changes, signal));
      },
      isInForce: (plans, look, signal) => backend.isInForce(plans, look, signal),
      tidy: (signal) => {
        this.#transactions += 1;
        return backend.tidy(signal);
      },
    };
  }

  async #settleAfter(sync: Promise<void>): Promise<void> {
    const taken = this.#expected;
    this.#expected = [];
    try {
      await sync;
    } catch (error) {
      for (const { reject } of taken) reject(error);
      throw error;
    }
    const now = monotonic();
    for (const { since, resolve } of taken) resolve(now - since);
  }
}
