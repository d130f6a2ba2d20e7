import type { ServiceKey } from '../state/records.ts';
import type { ServicePortPlan } from './service-plan.ts';

/** The plans of every Service, in one family. */
export type FamilyPlans = ReadonlyMap<ServiceKey, readonly ServicePortPlan[]>;

/**
 * The plans of a Service before and after a change, in one family; empty where it did not exist before or after.
 * `after` is the same array as `before` where only the objects changed and the plans did not: flows and health checks
 * may depend on that, rules do not.
 */
export interface PlanChange {
  readonly service: ServiceKey;
  readonly before: readonly ServicePortPlan[];
  readonly after: readonly ServicePortPlan[];
}
