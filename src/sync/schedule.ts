import type { Look } from '../backend/backend.ts';
import type { LookResult, TidyResult } from './family-sync.ts';
import type { DueLook, Situation } from './next-step.ts';
import { nextLook, pauseAfterFailure, type Span, shortestLookPause } from './pace.ts';
import type { SyncOutcome } from './sync-event.ts';

/** A look that changes put off for so long goes through, if it is short: else nobody would look while changes come and come. */
const longestPutOff = 10_000;
/** Milliseconds: changes wait for a look no longer. */
const shortLook = 250;

/** When a family may sync, and when its looks are due, by how those before went. */
export class Schedule {
  readonly #minSyncPeriod: number;
  readonly #looks: Map<Look, LookTimes>;
  #syncFrom: number;
  #failures = 0;

  /** `minSyncPeriod` is the least time between the starts of two syncs. */
  constructor(looks: readonly Look[], minSyncPeriod: number, now: number) {
    this.#minSyncPeriod = minSyncPeriod;
    this.#syncFrom = now;
    const at = now + shortestLookPause;
    this.#looks = new Map(looks.map((look) => [look, { at, wantedSince: at, cost: 0, failures: 0 }]));
  }

  get times(): Pick<Situation, 'syncFrom' | 'looks'> {
    const looks = [...this.#looks].map(([look, { at }]): DueLook => ({ look, at }));
    return { syncFrom: this.#syncFrom, looks };
  }

  synced({ started, ended }: Span, result: SyncOutcome['result']): void {
    this.#syncFrom = started + this.#minSyncPeriod;
    if (result === 'failed') this.#failed(ended, ended - started);
    else this.#failures = 0;
  }

  tidied({ started, ended }: Span, result: TidyResult): void {
    if (result === 'failed') this.#failed(ended, ended - started);
  }

  looked(look: Look, span: Span, result: LookResult): void {
    const { wantedSince, cost, failures } = this.#timesOf(look);
    const took = span.ended - span.started;
    const at = nextLook(span);
    if (result === 'cancelled') {
      this.#looks.set(look, { at, wantedSince, cost: Math.max(cost, took), failures });
    } else if (result === 'failed') {
      const again = span.ended + pauseAfterFailure(failures + 1, took);
      this.#looks.set(look, { at: again, wantedSince, cost, failures: failures + 1 });
    } else {
      this.#looks.set(look, { at, wantedSince: at, cost: took, failures: 0 });
    }
  }

  /** Milliseconds from its start for which changes wait for a look; then it is cancelled for them. */
  patience(look: Look, now: number): number {
    const { wantedSince, cost } = this.#timesOf(look);
    return now - wantedSince >= longestPutOff && cost <= shortLook ? shortLook : 0;
  }

  #timesOf(look: Look): LookTimes {
    const times = this.#looks.get(look);
    if (times === undefined) throw new Error(`the backend has no look at ${look}`);
    return times;
  }

  #failed(ended: number, took: number): void {
    this.#failures += 1;
    this.#syncFrom = Math.max(this.#syncFrom, ended + pauseAfterFailure(this.#failures, took));
  }
}

interface LookTimes {
  /** When it is due. */
  readonly at: number;
  /** When it was due at first, before it was cancelled. */
  readonly wantedSince: number;
  /** Milliseconds that it takes, as far as is known. */
  readonly cost: number;
  /** So many have failed in a row. */
  readonly failures: number;
}
