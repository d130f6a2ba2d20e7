import { isDeepStrictEqual } from 'node:util';
import { type Family, families } from '../net/family.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { ServiceKey } from '../state/records.ts';
import type { FamilyPlans, PlanChange } from './plan-change.ts';
import { type PlanContext, planService } from './plan-service.ts';
import type { ServicePortPlan } from './service-plan.ts';

/**
 * The plans of both families. What is dirty is planned once, for both; each family then takes what changed when it can, so
 * that its plans stay as they are while it works on them, and none waits for the other.
 */
export class PlanBook {
  readonly #state: ClusterState;
  readonly #families: Readonly<Record<Family, FamilyBook>> = { IPv4: newBook(), IPv6: newBook() };

  constructor(state: ClusterState) {
    this.#state = state;
  }

  /** The plans that the family has taken. */
  plans(family: Family): FamilyPlans {
    return this.#families[family].taken;
  }

  /** Whether `take` may have something. */
  hasChanges(family: Family): boolean {
    return this.#state.hasDirty || this.#families[family].waiting.size > 0;
  }

  /**
   * Plans what is dirty, and takes what changed in the family since it last took something: of each Service one change,
   * from what was taken to what now is.
   */
  take(family: Family, context: () => PlanContext): readonly PlanChange[] {
    if (this.#state.hasDirty) this.#plan(context());
    const { taken, waiting } = this.#families[family];
    const changes: PlanChange[] = [];
    for (const [service, planned] of waiting) {
      const before = taken.get(service) ?? [];
      const after = isDeepStrictEqual(before, planned) ? before : planned;
      if (before.length + after.length > 0) changes.push({ service, before, after });
      if (after.length > 0) taken.set(service, after);
      else taken.delete(service);
    }
    waiting.clear();
    return changes;
  }

  /** What both families take. */
  update(context: PlanContext): Record<Family, readonly PlanChange[]> {
    const taken = (family: Family) => this.take(family, () => context);
    return { IPv4: taken('IPv4'), IPv6: taken('IPv6') };
  }

  #plan(context: PlanContext): void {
    for (const service of this.#state.takeDirty()) {
      const record = this.#state.services.get(service);
      const plans =
        record === undefined ? [] : planService(record, this.#state.slicesOf(service).values(), context);
      for (const family of families) {
        const { taken, waiting } = this.#families[family];
        // Copied, as the array that filter makes has room for 16 more.
        const planned = [...plans.filter((plan) => plan.family === family)];
        // Of a Service that comes and goes nothing stays in a family that takes nothing.
        if (planned.length > 0 || taken.has(service)) waiting.set(service, planned);
        else waiting.delete(service);
      }
    }
  }
}

interface FamilyBook {
  readonly taken: Map<ServiceKey, readonly ServicePortPlan[]>;
  /** What was planned since. */
  readonly waiting: Map<ServiceKey, readonly ServicePortPlan[]>;
}

function newBook(): FamilyBook {
  return { taken: new Map(), waiting: new Map() };
}
