import type { Backend, Look } from '../../backend/backend.ts';
import type { Family } from '../../net/family.ts';
import type { FamilyPlans, PlanChange } from '../../plan/plan-change.ts';
import type { Problem } from '../../state/problem.ts';
import type { ServiceKey } from '../../state/records.ts';

/** What a sync brought into force: all plans of a family, or what changed in them. */
export type AppliedPlans =
  | { readonly scope: 'full'; readonly plans: FamilyPlans }
  | { readonly scope: 'partial'; readonly changes: readonly PlanChange[] };

/** Hears what a backend does, when it does it. */
export interface BackendObserver {
  syncStarts(family: Family): void;
  /** Not called where the sync failed. */
  applied(family: Family, applied: AppliedPlans): void;
  tidyFailed(family: Family): void;
}

/** The same backend, which tells the observer what it does. */
export class ObservedBackend implements Backend {
  readonly #backend: Backend;
  readonly #observer: BackendObserver;

  constructor(backend: Backend, observer: BackendObserver) {
    this.#backend = backend;
    this.#observer = observer;
  }

  get family(): Family {
    return this.#backend.family;
  }

  get refused(): ReadonlyMap<ServiceKey, Problem> {
    return this.#backend.refused;
  }

  get looks(): readonly Look[] {
    return this.#backend.looks;
  }

  get tidyDelay(): number | undefined {
    return this.#backend.tidyDelay;
  }

  async syncAll(plans: FamilyPlans, signal?: AbortSignal): Promise<void> {
    this.#observer.syncStarts(this.family);
    await this.#backend.syncAll(plans, signal);
    this.#observer.applied(this.family, { scope: 'full', plans });
  }

  async syncChanges(changes: readonly PlanChange[], signal?: AbortSignal): Promise<void> {
    this.#observer.syncStarts(this.family);
    await this.#backend.syncChanges(changes, signal);
    this.#observer.applied(this.family, { scope: 'partial', changes });
  }

  isInForce(plans: FamilyPlans, look: Look, signal?: AbortSignal): Promise<boolean> {
    return this.#backend.isInForce(plans, look, signal);
  }

  async tidy(signal?: AbortSignal): Promise<void> {
    try {
      await this.#backend.tidy(signal);
    } catch (error) {
      this.#observer.tidyFailed(this.family);
      throw error;
    }
  }
}
