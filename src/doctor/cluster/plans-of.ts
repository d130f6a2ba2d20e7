import type { Family } from '../../net/family.ts';
import { currentPlans } from '../../plan/loaded-state.ts';
import type { FamilyPlans } from '../../plan/plan-change.ts';
import { requireObjects, type Subject } from '../doctor-check.ts';

/** What the Services do on this node, in the families that are asked for. Throws an `Unobservable` without objects. */
export function plansOf(subject: Subject): ReadonlyMap<Family, FamilyPlans> {
  const loaded = requireObjects(subject);
  return new Map(subject.families.map((family) => [family, currentPlans(loaded, family)]));
}
