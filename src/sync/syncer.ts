import { setTimeout as delay } from 'node:timers/promises';
import type { Backend, Look } from '../backend/backend.ts';
import type { Family } from '../net/family.ts';
import type { PlanBook } from '../plan/plan-book.ts';
import type { PlanChange } from '../plan/plan-change.ts';
import type { PlanContext } from '../plan/plan-service.ts';
import type { Problem } from '../state/problem.ts';
import type { ServiceKey } from '../state/records.ts';

/** Deletes the flows that packets still take by rules which are not in force any more. None of its work is waited for. */
export interface FlowCleaner {
  /** What changes with the next sync that succeeds. */
  planned(changes: Readonly<Record<Family, readonly PlanChange[]>>): void;
  /**
   * All that was planned is in force in the family. After a `full` sync anything may have stood before; nothing is left
   * over of that where `isSettled`.
   */
  inForce(family: Family, scope: SyncOutcome['scope'], isSettled: boolean): void;
  /** What was left over is gone. */
  settled(family: Family): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** What one sync did in one family. */
export type SyncOutcome = {
  readonly family: Family;
  readonly scope: 'full' | 'partial';
  /** How many Services changed, and which. */
  readonly changed: number;
  readonly services: readonly ServiceKey[];
  readonly milliseconds: number;
} & (
  | { readonly result: 'done'; readonly refused: readonly Problem[] }
  /** Nothing is sure about the rules of this family; the next sync is a full one. */
  | { readonly result: 'failed'; readonly error: Error }
);

/** Brings what changed in the state into the kernel; all at once where parts are not enough. */
export class Syncer {
  readonly #book: PlanBook;
  readonly #context: () => PlanContext;
  readonly #backends: readonly Backend[];
  readonly #flows: FlowCleaner | undefined;
  readonly #needsFull = new Set<Family>();
  /** Counts starts and ends, so that it is odd while a sync is in flight. */
  #steps = 0;
  readonly #looking = new Set<AbortController>();

  constructor(book: PlanBook, context: () => PlanContext, backends: readonly Backend[], flows?: FlowCleaner) {
    this.#book = book;
    this.#context = context;
    this.#backends = backends;
    this.#flows = flows;
    this.demandFull();
  }

  /** The next sync compares and mends everything. */
  demandFull(): void {
    for (const { family } of this.#backends) this.#needsFull.add(family);
  }

  get needsFull(): boolean {
    return this.#needsFull.size > 0;
  }

  /** Plans what is dirty and applies it, the families side by side. Families with nothing to do are not reported. */
  async sync(): Promise<readonly SyncOutcome[]> {
    const changes = this.#book.update(this.#context());
    this.#flows?.planned(changes);
    this.#steps += 1;
    for (const looking of this.#looking) looking.abort();
    const outcomes = await Promise.all(
      this.#backends.map((backend) => this.#syncFamily(backend, changes[backend.family])),
    );
    this.#steps += 1;
    return outcomes.flatMap((outcome) => outcome ?? []);
  }

  /** Milliseconds until `tidy` has something to do; `undefined` where nothing is left over. */
  get tidyDelay(): number | undefined {
    const delays = this.#backends.flatMap(({ tidyDelay }) => tidyDelay ?? []);
    return delays.length === 0 ? undefined : Math.min(...delays);
  }

  /** Removes what changes left over, where its time has come. A family in which that fails is compared and mended next. */
  async tidy(): Promise<void> {
    this.#steps += 1;
    for (const looking of this.#looking) looking.abort();
    for (const backend of this.#backends) {
      if (backend.tidyDelay !== 0) continue;
      await this.#tidyFamily(backend);
    }
    this.#steps += 1;
  }

  /** Waits until nothing is left over any more, neither of rules nor of flows. */
  async tidyUp(): Promise<void> {
    for (let pause = this.tidyDelay; pause !== undefined && !this.needsFull; pause = this.tidyDelay) {
      await delay(pause);
      await this.tidy();
    }
    await this.#flows?.idle();
  }

  /**
   * Compares the kernel's rules with the plans; where somebody changed them, the next sync mends it.
   * Says nothing about a family while it is being changed.
   */
  async inspect(look: Look = 'everything'): Promise<readonly Family[]> {
    const steps = this.#steps;
    const isStill = () => steps % 2 === 0 && steps === this.#steps;
    const damaged = await Promise.all(
      this.#backends.map(async (backend) => {
        if (!isStill()) return [];
        if (!backend.looks.includes(look)) return [];
        const looking = new AbortController();
        this.#looking.add(looking);
        const plans = this.#book.plans(backend.family);
        const intact = await backend.isInForce(plans, look, looking.signal).catch((error: unknown) => {
          if (looking.signal.aborted) return true;
          throw error;
        });
        this.#looking.delete(looking);
        return intact || !isStill() ? [] : [backend.family];
      }),
    );
    for (const family of damaged.flat()) this.#needsFull.add(family);
    return damaged.flat();
  }

  async #syncFamily(backend: Backend, changes: readonly PlanChange[]): Promise<SyncOutcome | undefined> {
    const { family } = backend;
    const full = this.#needsFull.has(family);
    if (!full && changes.length === 0) return undefined;
    const started = performance.now();
    const about = () => ({
      family,
      scope: full ? ('full' as const) : ('partial' as const),
      changed: changes.length,
      services: changes.map(({ service }) => service),
      milliseconds: performance.now() - started,
    });
    try {
      await (full ? backend.syncAll(this.#book.plans(family)) : backend.syncChanges(changes));
      this.#needsFull.delete(family);
      this.#flows?.inForce(family, full ? 'full' : 'partial', backend.tidyDelay === undefined);
      return { ...about(), result: 'done', refused: [...backend.refused.values()] };
    } catch (error) {
      this.#needsFull.add(family);
      return {
        ...about(),
        result: 'failed',
        error: error instanceof Error ? error : new Error(String(error)),
      };
    }
  }

  async #tidyFamily(backend: Backend): Promise<void> {
    const { family } = backend;
    try {
      await backend.tidy();
      if (backend.tidyDelay === undefined) this.#flows?.settled(family);
    } catch {
      this.#needsFull.add(family);
    }
  }
}
