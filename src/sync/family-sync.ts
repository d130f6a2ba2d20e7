import type { Backend, Look } from '../backend/backend.ts';
import type { Family } from '../net/family.ts';
import type { PlanBook } from '../plan/plan-book.ts';
import type { PlanChange } from '../plan/plan-change.ts';
import type { PlanContext } from '../plan/plan-service.ts';
import type { Clock } from './clock.ts';
import type { SyncListener, SyncNews, SyncOutcome } from './sync-event.ts';

export interface FamilySyncOptions {
  readonly backend: Backend;
  /** Shared by the families. */
  readonly book: PlanBook;
  /** What plans depend on besides the objects of a Service, as it now is. */
  readonly context: () => PlanContext;
  readonly clock: Clock;
  readonly listener: SyncListener;
}

/**
 * The operations that keep the rules of one family equal to the plans, and what is known of the rules after each. They run
 * one at a time; when is somebody else's matter. None of them throws because of the backend: the listener hears of it.
 */
export class FamilySync {
  readonly #options: FamilySyncOptions;
  #needsFull = true;

  constructor(options: FamilySyncOptions) {
    this.#options = options;
  }

  get family(): Family {
    return this.#options.backend.family;
  }

  get looks(): readonly Look[] {
    return this.#options.backend.looks;
  }

  /** Whether the next sync must be a full one: the first, after a failure, and when somebody demanded it. */
  get needsFull(): boolean {
    return this.#needsFull;
  }

  get hasChanges(): boolean {
    return this.#options.book.hasChanges(this.family);
  }

  /** Milliseconds until a full sync would try a Service again that was refused; `undefined` where it would not. */
  get retryDelay(): number | undefined {
    return this.#options.backend.retryDelay;
  }

  /** Milliseconds until `tidy` has something to do; `undefined` where nothing is left over. */
  get tidyDelay(): number | undefined {
    return this.#options.backend.tidyDelay;
  }

  /** The next sync compares and mends everything. */
  demandFull(): void {
    this.#needsFull = true;
  }

  /** Brings what changed into force, everything where that is needed. Nothing comes back where no rule had to change. */
  async sync(signal?: AbortSignal): Promise<SyncOutcome | undefined> {
    const { book, context } = this.#options;
    const scope = this.#needsFull ? 'full' : 'partial';
    // What is demanded while the sync is under way is the next one's.
    this.#needsFull = false;
    const changes = book.take(this.family, context);
    this.#notify({ kind: 'taken', changes });
    const outcome = await this.#apply(scope, changes, signal);
    if (outcome?.result === 'failed') this.#needsFull = true;
    else if (scope === 'full' || changes.length > 0) this.#notifyApplied(scope, changes);
    if (outcome !== undefined) this.#notify({ kind: 'synced', outcome });
    if (outcome?.result !== 'failed') this.#notify({ kind: 'up to date' });
    return outcome;
  }

  /** Removes what changes left over, where its time has come. Where that fails, everything is compared and mended next. */
  async tidy(signal?: AbortSignal): Promise<TidyResult> {
    const { backend } = this.#options;
    try {
      await backend.tidy(signal);
    } catch (error) {
      this.#needsFull = true;
      this.#notify({ kind: 'tidying failed', error: asError(error) });
      return 'failed';
    }
    this.#notify({ kind: 'tidied', isSettled: backend.tidyDelay === undefined });
    return 'done';
  }

  /** Compares the kernel's rules with the plans; where somebody changed them, the next sync mends it. */
  async inspect(look: Look, signal?: AbortSignal): Promise<LookResult> {
    const { backend, book } = this.#options;
    try {
      const isInForce = await backend.isInForce(book.plans(this.family), look, signal);
      if (signal?.aborted) return 'cancelled';
      if (isInForce) return 'intact';
    } catch (error) {
      if (signal?.aborted) return 'cancelled';
      this.#notify({ kind: 'look failed', look, error: asError(error) });
      return 'failed';
    }
    this.#needsFull = true;
    this.#notify({ kind: 'damaged' });
    return 'damaged';
  }

  /** Nothing where the plans are as before, and only what they are made of is different. */
  async #apply(
    scope: SyncOutcome['scope'],
    changes: readonly PlanChange[],
    signal: AbortSignal | undefined,
  ): Promise<SyncOutcome | undefined> {
    const { backend, book, clock } = this.#options;
    const ofRules = changes.filter(({ before, after }) => after !== before);
    if (scope === 'partial' && ofRules.length === 0) return undefined;
    this.#notify({ kind: 'sync starts' });
    const started = clock.now();
    const about = () => ({
      family: this.family,
      scope,
      changed: ofRules.length,
      services: ofRules.map(({ service }) => service),
      milliseconds: clock.now() - started,
    });
    try {
      if (scope === 'full') await backend.syncAll(book.plans(this.family), signal);
      else await backend.syncChanges(ofRules, signal);
      return { ...about(), result: 'done', refused: [...backend.refused.values()], kept: backend.kept };
    } catch (error) {
      return { ...about(), result: 'failed', error: asError(error) };
    }
  }

  #notifyApplied(scope: SyncOutcome['scope'], changes: readonly PlanChange[]): void {
    const { backend, book } = this.#options;
    const isSettled = backend.tidyDelay === undefined;
    const applied = scope === 'full' ? { scope, plans: book.plans(this.family) } : { scope, changes };
    this.#notify({ kind: 'applied', applied, isSettled });
  }

  #notify(news: SyncNews): void {
    this.#options.listener({ family: this.family, ...news });
  }
}

export type TidyResult = 'done' | 'failed';
/** A look is cancelled where its signal aborts. */
export type LookResult = 'intact' | 'damaged' | 'failed' | 'cancelled';

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
