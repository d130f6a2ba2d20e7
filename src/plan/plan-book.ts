import { isDeepStrictEqual } from 'node:util';
import { type Family, families } from '../net/family.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { ServiceKey } from '../state/records.ts';
import type { FamilyPlans, PlanChange } from './plan-change.ts';
import { type PlanContext, planService } from './plan-service.ts';
import type { ServicePortPlan } from './service-plan.ts';

/**
 * Holds the plans of both families. Dirty Services are planned once, for both. Each family takes its changes when it is
 * ready for them: until then its plans stay the same, and neither family waits for the other.
 */
export class PlanBook {
  readonly #state: ClusterState;
  readonly #families: Readonly<Record<Family, FamilyBook>> = { IPv4: newBook(), IPv6: newBook() };

  constructor(state: ClusterState) {
    this.#state = state;
  }

  /** The plans as of the last changes that the family took. */
  plans(family: Family): FamilyPlans {
    return this.#families[family].taken;
  }

  /** Whether `take` may return changes. */
  hasChanges(family: Family): boolean {
    return this.#state.hasDirty || this.#families[family].waiting.size > 0;
  }

  /**
   * Plans dirty Services and takes the family's changes since the last call: one for each Service, from the plans that
   * were taken last to the present ones.
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

  /** Takes the changes of both families. */
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
        // Copied, since filter returns an array with spare capacity for 16 elements.
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
  /** Planned since then, and not taken yet. */
  readonly waiting: Map<ServiceKey, readonly ServicePortPlan[]>;
}

function newBook(): FamilyBook {
  return { taken: new Map(), waiting: new Map() };
}
