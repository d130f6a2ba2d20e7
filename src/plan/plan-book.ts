import { type Family, families } from '../net/family.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { ServiceKey } from '../state/records.ts';
import type { FamilyPlans, PlanChange } from './plan-change.ts';
import { type PlanContext, planService } from './plan-service.ts';
import type { ServicePortPlan } from './service-plan.ts';

/** The plans in force, and what changed in them since the last look. Only dirty Services are planned again. */
export class PlanBook {
  readonly #state: ClusterState;
  readonly #plans: Record<Family, Map<ServiceKey, readonly ServicePortPlan[]>> = {
    IPv4: new Map(),
    IPv6: new Map(),
  };

  constructor(state: ClusterState) {
    this.#state = state;
  }

  plans(family: Family): FamilyPlans {
    return this.#plans[family];
  }

  /** Plans what is dirty again; returns how each family's plans changed. */
  update(context: PlanContext): Record<Family, readonly PlanChange[]> {
    const changes: Record<Family, PlanChange[]> = { IPv4: [], IPv6: [] };
    for (const service of this.#state.takeDirty()) {
      const record = this.#state.services.get(service);
      const plans =
        record === undefined ? [] : planService(record, this.#state.slicesOf(service).values(), context);
      for (const family of families) {
        // Copied, as the array that filter makes has room for 16 more.
        const after = [...plans.filter((plan) => plan.family === family)];
        const before = this.#plans[family].get(service) ?? [];
        if (after.length > 0) this.#plans[family].set(service, after);
        else this.#plans[family].delete(service);
        if (before.length + after.length > 0) changes[family].push({ service, before, after });
      }
    }
    return changes;
  }
}
