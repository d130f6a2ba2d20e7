import type { Family } from '../net/family.ts';
import { type Clock, sleep } from '../sync/clock.ts';
import { doublingPause } from '../sync/pace.ts';
import type { SyncEvent } from '../sync/sync-event.ts';
import type { Removal } from './removals.ts';

export interface TakeOverOptions {
  /** What removes the rules of one family that another proxy has left. */
  readonly removalsOf: (family: Family) => readonly Removal[];
  /** Whether all objects are known: else the old rules may carry traffic of others. */
  readonly knowsAll: () => boolean;
  readonly report: (message: string) => void;
  readonly clock: Clock;
  /** Nothing is tried again any more when it aborts. */
  readonly signal: AbortSignal;
}

/** Milliseconds until what could not be removed is tried again, doubled each time: beside ours it does no harm. */
const firstRetry = 1_000;
const lastRetry = 600_000;

/**
 * Removes what another proxy, or Portolan in its other mode, has left on the node: in each family once, and only when the rules
 * of this mode are in force there for all objects, since until then the old ones carry the traffic. What fails keeps nothing else.
 */
export class TakeOver {
  readonly #options: TakeOverOptions;
  readonly #firstTries = new Map<Family, Promise<void>>();
  readonly #reported = new Set<string>();

  constructor(options: TakeOverOptions) {
    this.#options = options;
  }

  /** Hears of everything that happens to the rules. No work is waited for. */
  hear({ kind, family }: SyncEvent): void {
    if (kind !== 'applied' || this.#firstTries.has(family) || !this.#options.knowsAll()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#firstTries.set(family, promise);
    void this.#takeOver(family, resolve);
  }

  /** Resolves when everything was tried once in the families whose rules are in force. */
  async idle(): Promise<void> {
    await Promise.all(this.#firstTries.values());
  }

  /** Until nothing is left, or the proxy ends. `tried` is called after each try. */
  async #takeOver(family: Family, tried: () => void): Promise<void> {
    const { removalsOf, clock, signal } = this.#options;
    let left = removalsOf(family);
    for (let tries = 1; !signal.aborted; tries += 1) {
      left = await this.#failing(left);
      tried();
      if (left.length === 0) return;
      await sleep(clock, doublingPause(tries, firstRetry, lastRetry), signal);
    }
  }

  /** Tries each by itself; resolves to those that failed. */
  async #failing(removals: readonly Removal[]): Promise<readonly Removal[]> {
    const failed: Removal[] = [];
    for (const removal of removals) if (!(await this.#tryOne(removal))) failed.push(removal);
    return failed;
  }

  async #tryOne(removal: Removal): Promise<boolean> {
    try {
      for (const removed of await removal()) this.#options.report(`removed ${removed}`);
      return true;
    } catch (error) {
      this.#reportFailure(error);
      return false;
    }
  }

  #reportFailure(error: unknown): void {
    const message = `rules of another proxy may still stand: ${error instanceof Error ? error.message : error}`;
    if (this.#reported.has(message)) return;
    this.#reported.add(message);
    this.#options.report(message);
  }
}
