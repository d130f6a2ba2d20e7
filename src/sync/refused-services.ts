import type { FamilyPlans, PlanChange } from '../plan/plan-change.ts';
import type { Problem } from '../state/problem.ts';
import type { ServiceKey } from '../state/records.ts';

/** Services that the kernel does not take, with its reason. */
export type RefusedServices = ReadonlyMap<ServiceKey, Problem>;

/**
 * Tries the Services in halves until those that are refused stand alone. `refusalOf` tries some together, and resolves
 * to the reason where they are refused.
 */
export async function findRefused(
  services: readonly ServiceKey[],
  refusalOf: (some: readonly ServiceKey[]) => Promise<Error | undefined>,
): Promise<Map<ServiceKey, Problem>> {
  const [first] = services;
  if (first === undefined) return new Map();
  const refusal = await refusalOf(services);
  if (refusal === undefined) return new Map();
  if (services.length === 1) {
    return new Map([[first, { object: `Service ${first}`, reason: `left out: ${refusal.message}` }]]);
  }
  const middle = services.length >> 1;
  const left = await findRefused(services.slice(0, middle), refusalOf);
  const right = await findRefused(services.slice(middle), refusalOf);
  return new Map([...left, ...right]);
}

/** The plans of the Services that are not refused. */
export function acceptedPlans(plans: FamilyPlans, refused: RefusedServices): FamilyPlans {
  return refused.size === 0 ? plans : new Map([...plans].filter(([service]) => !refused.has(service)));
}

/** The changes as they are to what is in force: a refused Service has nothing there. */
export function changesInForce(
  changes: readonly PlanChange[],
  refused: RefusedServices,
): readonly PlanChange[] {
  return changes.map((change) => (refused.has(change.service) ? { ...change, before: [] } : change));
}
