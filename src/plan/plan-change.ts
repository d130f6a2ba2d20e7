import type { ServiceKey } from '../state/records.ts';
import type { ServicePortPlan } from './service-plan.ts';

/** The plans of every Service, in one family. */
export type FamilyPlans = ReadonlyMap<ServiceKey, readonly ServicePortPlan[]>;

/**
 * One Service before and after a change, in one family; empty where it was not there or is not any more. `after` is `before`
 * itself where only what the plans are made of is different: flows and health checks may depend on that, rules do not.
 */
export interface PlanChange {
  readonly service: ServiceKey;
  readonly before: readonly ServicePortPlan[];
  readonly after: readonly ServicePortPlan[];
}
