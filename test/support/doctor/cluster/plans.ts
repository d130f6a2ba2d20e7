import type { Family } from '../../../../src/net/family.ts';
import { planService } from '../../../../src/plan/plan-service.ts';
import type { ServicePortPlan } from '../../../../src/plan/service-plan.ts';
import type { EndpointSliceRecord, ServiceKey, ServiceRecord } from '../../../../src/state/records.ts';
import { context } from '../../records.ts';

/** The plans of one Service on node-0, in both families. */
export function plansFor(
  record: ServiceRecord,
  slices: readonly EndpointSliceRecord[],
): readonly ServicePortPlan[] {
  return planService(record, slices, context({ holder: () => record.key }));
}

/** The plans of Services as `PlanBook` keeps them. */
export function bookOf(
  plans: readonly ServicePortPlan[],
): ReadonlyMap<Family, ReadonlyMap<ServiceKey, readonly ServicePortPlan[]>> {
  return new Map(
    (['IPv4', 'IPv6'] as const).map((family) => [
      family,
      Map.groupBy(
        plans.filter((plan) => plan.family === family),
        ({ service }) => service,
      ),
    ]),
  );
}
