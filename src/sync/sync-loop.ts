import { setTimeout as delay } from 'node:timers/promises';
import type { Syncer, SyncOutcome } from './syncer.ts';

export interface SyncLoopOptions {
  /** Milliseconds between the starts of two syncs, at least; 0 for none. */
  readonly minSyncPeriod: number;
  /** Called after each sync with what it did. */
  readonly report: (outcomes: readonly SyncOutcome[]) => void;
}

/** Milliseconds to wait after a failed sync, doubled at each further one. */
const firstRetry = 1_000;
const lastRetry = 30_000;

/**
 * Syncs at once when something changed and nothing is in flight; what changes meanwhile is the next batch.
 * A failed sync is tried again, later and later. What syncs left over
 * is tidied when nothing else is to be done.
 */
export class SyncLoop {
  readonly #syncer: Syncer;
  readonly #options: SyncLoopOptions;
  #requested = false;
  #wake: (() => void) | undefined;

  constructor(syncer: Syncer, options: SyncLoopOptions) {
    this.#syncer = syncer;
    this.#options = options;
  }

  /** Something changed. */
  request(): void {
    this.#requested = true;
    this.#wake?.();
  }

  /** Runs until the signal aborts; a sync in flight is finished. */
  async run(signal: AbortSignal): Promise<void> {
    let retry = firstRetry;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
    while (!signal.aborted) {
      await this.#untilRequested(signal, this.#syncer.tidyDelay);
      if (signal.aborted) return;
      if (!this.#requested) {
        await this.#syncer.tidy();
        this.#requested = this.#syncer.needsFull;
        continue;
      }
      this.#requested = false;
      const started = performance.now();
      const outcomes = await this.#syncer.sync();
      this.#options.report(outcomes);
      if (outcomes.some(({ result }) => result === 'failed')) {
        await pause(retry, signal);
        retry = Math.min(retry * 2, lastRetry);
        this.#requested = true;
      } else {
        retry = firstRetry;
        await pause(this.#options.minSyncPeriod - (performance.now() - started), signal);
      }
    }
  }

  /** Ends at the latest when it is time to tidy. */
  async #untilRequested(signal: AbortSignal, tidyDelay: number | undefined): Promise<void> {
    if (this.#requested || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = tidyDelay === undefined ? undefined : setTimeout(resolve, tidyDelay);
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
