import type { Backend } from '../../../src/backend/backend.ts';
import type { Family } from '../../../src/net/family.ts';
import type { PlanBook } from '../../../src/plan/plan-book.ts';
import type { PlanContext } from '../../../src/plan/plan-service.ts';
import { realClock } from '../../../src/sync/clock.ts';
import { FamilySync } from '../../../src/sync/family-sync.ts';
import type { SyncListener, SyncOutcome } from '../../../src/sync/sync-event.ts';

/** The operations of all families, each when a test says so. */
export class Syncer {
  readonly #families: readonly FamilySync[];

  constructor(
    book: PlanBook,
    context: () => PlanContext,
    backends: readonly Backend[],
    listener: SyncListener = () => {},
  ) {
    this.#families = backends.map(
      (backend) => new FamilySync({ backend, book, context, clock: realClock, listener }),
    );
  }

  demandFull(): void {
    for (const family of this.#families) family.demandFull();
  }

  get needsFull(): boolean {
    return this.#families.some(({ needsFull }) => needsFull);
  }

  /** Syncs the families side by side. Those in which no rule had to change are left out. */
  async sync(): Promise<readonly SyncOutcome[]> {
    const outcomes = await Promise.all(this.#families.map((family) => family.sync()));
    return outcomes.flatMap((outcome) => outcome ?? []);
  }

  /** Milliseconds until `tidy` has something to do; `undefined` where nothing is left over. */
  get tidyDelay(): number | undefined {
    const delays = this.#families.flatMap(({ tidyDelay }) => tidyDelay ?? []);
    return delays.length === 0 ? undefined : Math.min(...delays);
  }

  /** Looks at everything; returns the families in which somebody changed the rules. Throws where one cannot be read. */
  async inspect(): Promise<readonly Family[]> {
    const damaged: Family[] = [];
    for (const family of this.#families) {
      const result = await family.inspect('everything');
      if (result === 'failed') throw new Error(`the ${family.family} rules cannot be read`);
      if (result === 'damaged') damaged.push(family.family);
    }
    return damaged;
  }

  /** Removes what changes left over, where its time has come. */
  async tidy(): Promise<void> {
    for (const family of this.#families) if (family.tidyDelay === 0) await family.tidy();
  }
}
