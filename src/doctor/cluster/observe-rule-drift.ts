import { type DoctorContext, requireObjects } from '../doctor-check.ts';
import { frontendNames } from './frontend-names.ts';
import { plansOf } from './plans-of.ts';
import type { DriftObserved, RuleDifference } from './rule-drift.ts';
import { allPlans } from './services.ts';

/** Further differences add nothing to the report. */
const most = 1_000;

export async function observeDrift(context: DoctorContext): Promise<DriftObserved> {
  const names = frontendNames(allPlans(plansOf(context)));
  const differences: RuleDifference[] = [];
  for await (const difference of context.drift(requireObjects(context))) {
    if (differences.length === most) return { differences, more: true, names };
    differences.push(difference);
  }
  return { differences, more: false, names };
}
