import type { Family } from '../../net/family.ts';
import type { FamilyPlans } from '../../plan/plan-change.ts';
import type { ServicePortPlan } from '../../plan/service-plan.ts';
import type { EndpointSliceRecord, ServiceKey } from '../../state/records.ts';
import type { Finding } from '../check.ts';
import { count, few } from './few.ts';
import { type ServiceTrouble, serviceTrouble } from './service-trouble.ts';

/** The plans of all Services, and their slices. */
export interface PlannedServices {
  readonly plans: ReadonlyMap<Family, FamilyPlans>;
  slicesOf(service: ServiceKey): Iterable<EndpointSliceRecord>;
}

/** So many service ports are listed for each cause; of the others only the first names. */
const mostListed = 5;

/** Services that do not answer their clients, or not on this node. */
export function judgeServices(observed: PlannedServices): readonly Finding[] {
  const troubles: Trouble[] = [];
  let ports = 0;
  for (const plan of allPlans(observed.plans)) {
    ports += 1;
    const trouble = serviceTrouble(plan, observed.slicesOf(plan.service));
    if (trouble !== undefined) troubles.push({ ...trouble, plan });
  }
  if (troubles.length > 0)
    return [...Map.groupBy(troubles, ({ cause }) => cause).values()].flatMap(withoutFlood);
  return [
    { severity: 'ok', looked: `${count(ports, 'port')} of Services`, finding: 'every Service has endpoints' },
  ];
}

/** All service ports in all families. */
export function* allPlans(plans: ReadonlyMap<Family, FamilyPlans>): Iterable<ServicePortPlan> {
  for (const ofFamily of plans.values()) for (const ofService of ofFamily.values()) yield* ofService;
}

type Trouble = ServiceTrouble & { readonly plan: ServicePortPlan };

function withoutFlood(troubles: readonly Trouble[]): readonly Finding[] {
  const listed = troubles.slice(0, mostListed);
  const rest = troubles.slice(mostListed);
  const findings = listed.map(({ severity, looked, finding, next }) => ({ severity, looked, finding, next }));
  const [first] = rest;
  if (first === undefined) return findings;
  return [
    ...findings,
    {
      severity: first.severity,
      looked: `${count(rest.length, 'more service port')}, ${summaries[first.cause]}`,
      finding: `${summaries[first.cause]}: ${few(
        rest.map(({ plan }) => plan.name),
        5,
      )} as well`,
      next: 'the same as for the first ones',
    },
  ];
}

const summaries: Readonly<Record<ServiceTrouble['cause'], string>> = {
  'no-slices': 'no EndpointSlice of the family',
  'no-endpoints': 'no endpoint',
  'port-name': 'the port is in no EndpointSlice',
  'not-ready': 'no ready endpoint',
  terminating: 'only terminating endpoints',
  'still-serving': 'only endpoints that terminate and still serve',
  'none-here-internal': 'no endpoint on this node by internalTrafficPolicy: Local',
  'none-here-external': 'no endpoint on this node by externalTrafficPolicy: Local',
};
