import type { Look } from '../backend/backend.ts';
import type { Family } from '../net/family.ts';
import type { Clock } from './clock.ts';
import { FamilySync, type FamilySyncOptions } from './family-sync.ts';
import { nextStep, type Operation, type Situation } from './next-step.ts';
import { Schedule } from './schedule.ts';
import type { SyncListener } from './sync-event.ts';

export interface ReconcilerOptions extends FamilySyncOptions {
  /** Milliseconds between the starts of two syncs, at least; 0 for none. */
  readonly minSyncPeriod: number;
}

/** Milliseconds from the end of the proxy in which what is under way may finish; then its children are ended. */
const gracePeriod = 5_000;
/** Milliseconds. The largest tables are listed in a few seconds, so a look that takes this long hangs. */
const longestLook = 120_000;

/**
 * Keeps the rules of one family equal to the plans, whatever happens: to what changes, to the kernel, to the tools. One
 * operation at a time, each chosen by `nextStep`; what changes meanwhile is the next one's. It shares the plans with the other
 * family, and waits for nothing of it.
 */
export class Reconciler {
  readonly #sync: FamilySync;
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  readonly #listener: SyncListener;
  #isAsked = false;
  #endingSince: number | undefined;
  #wake = (): void => {};

  constructor({ minSyncPeriod, ...options }: ReconcilerOptions) {
    const { clock, backend, listener } = options;
    this.#sync = new FamilySync(options);
    this.#clock = clock;
    this.#listener = listener;
    this.#schedule = new Schedule(backend.looks, minSyncPeriod, clock.now());
  }

  get family(): Family {
    return this.#sync.family;
  }

  /** Something changed: perhaps in this family. */
  request(): void {
    this.#isAsked = true;
    this.#wake();
  }

  /** Everything is to be compared and mended. */
  demandFull(): void {
    this.#sync.demandFull();
    this.#wake();
  }

  /** Runs until the signal aborts, and what is under way then has ended. */
  async run(ending: AbortSignal): Promise<void> {
    const end = () => {
      this.#endingSince = this.#clock.now();
      this.#wake();
    };
    ending.addEventListener('abort', end, { once: true });
    while (!ending.aborted) {
      const step = nextStep(this.#situation(), this.#clock.now());
      if (step.kind === 'operation') await this.#perform(step.operation);
      else await this.#rest(step.until);
    }
  }

  /** Brings everything into force once, and tidies up after that; ends at the first failure. */
  async settle(): Promise<'done' | 'failed'> {
    for (;;) {
      const step = nextStep({ ...this.#situation(), refusedAt: undefined, looks: [] }, this.#clock.now());
      if (step.kind === 'operation') {
        if ((await this.#perform(step.operation)) === 'failed') return 'failed';
      } else if (step.until === undefined) return 'done';
      else await this.#rest(step.until);
    }
  }

  #situation(): Situation {
    const { needsFull, hasChanges, retryDelay, tidyDelay } = this.#sync;
    const now = this.#clock.now();
    const after = (delay: number | undefined) => (delay === undefined ? undefined : now + delay);
    return {
      ...this.#schedule.times,
      needsFull,
      hasChanges: hasChanges || this.#isAsked,
      refusedAt: after(retryDelay),
      tidyAt: after(tidyDelay),
    };
  }

  #perform(operation: Operation): Promise<'done' | 'failed'> {
    switch (operation.kind) {
      case 'full':
        this.#sync.demandFull();
        return this.#performSync();
      case 'partial':
        return this.#performSync();
      case 'tidy':
        return this.#performTidy();
      case 'inspect':
        return this.#performLook(operation.look);
    }
  }

  async #performSync(): Promise<'done' | 'failed'> {
    this.#isAsked = false;
    const started = this.#clock.now();
    const outcome = await this.#withDeadline((signal) => this.#sync.sync(signal), this.#changeDeadline);
    if (outcome === undefined) return 'done';
    this.#schedule.synced({ started, ended: this.#clock.now() }, outcome.result);
    return outcome.result;
  }

  async #performTidy(): Promise<'done' | 'failed'> {
    const started = this.#clock.now();
    const result = await this.#withDeadline((signal) => this.#sync.tidy(signal), this.#changeDeadline);
    this.#schedule.tidied({ started, ended: this.#clock.now() }, result);
    return result;
  }

  async #performLook(look: Look): Promise<'done'> {
    const started = this.#clock.now();
    const patience = this.#schedule.patience(look, started);
    const deadline = () => {
      if (this.#endingSince !== undefined) return this.#endingSince;
      const { needsFull, hasChanges, syncFrom } = this.#situation();
      return needsFull || hasChanges ? Math.max(started + patience, syncFrom) : started + longestLook;
    };
    const result = await this.#withDeadline((signal) => this.#sync.inspect(look, signal), deadline);
    const span = { started, ended: this.#clock.now() };
    if (result !== 'cancelled' || span.ended < started + longestLook) {
      this.#schedule.looked(look, span, result);
    } else {
      const error = new Error(`no answer within ${longestLook / 1_000} s`);
      this.#listener({ family: this.family, kind: 'look failed', look, error });
      this.#schedule.looked(look, span, 'failed');
    }
    return 'done';
  }

  /** A change of the rules is cancelled only where the proxy ends. */
  #changeDeadline = (): number | undefined =>
    this.#endingSince === undefined ? undefined : this.#endingSince + gracePeriod;

  /** Waits for an operation; cancels it at its deadline, which may be another after each event. */
  async #withDeadline<T>(
    operation: (signal: AbortSignal) => Promise<T>,
    deadline: () => number | undefined,
  ): Promise<T> {
    const cancelling = new AbortController();
    let isOver = false;
    const result = operation(cancelling.signal).finally(() => {
      isOver = true;
      this.#wake();
    });
    while (!isOver && !cancelling.signal.aborted) {
      const at = deadline();
      if (at !== undefined && at <= this.#clock.now()) cancelling.abort();
      else await this.#rest(at);
    }
    return result;
  }

  /** Until then, or something happens. */
  async #rest(until = Number.POSITIVE_INFINITY): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // No AbortSignal: its events took a tenth of what a change of one endpoint takes.
    this.#wake = resolve;
    const cancel = this.#clock.after(until - this.#clock.now(), resolve);
    await promise;
    cancel();
  }
}
