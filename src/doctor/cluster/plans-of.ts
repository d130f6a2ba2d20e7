import type { Family } from '../../net/family.ts';
import { currentPlans } from '../../plan/loaded-state.ts';
import type { FamilyPlans } from '../../plan/plan-change.ts';
import { type DoctorContext, requireObjects } from '../doctor-check.ts';

/** The plans of all Services in the requested families. Throws an `Unobservable` without objects. */
export function plansOf(context: DoctorContext): ReadonlyMap<Family, FamilyPlans> {
  const loaded = requireObjects(context);
  return new Map(context.families.map((family) => [family, currentPlans(loaded, family)]));
}
