import { requireObjects, type Subject } from '../doctor-check.ts';
import type { DriftObserved, RuleDifference } from './drift.ts';
import { frontendNames } from './frontend-names.ts';
import { plansOf } from './plans-of.ts';
import { allPlans } from './services.ts';

/** More than these say nothing new. */
const most = 1_000;

export async function observeDrift(subject: Subject): Promise<DriftObserved> {
  const names = frontendNames(allPlans(plansOf(subject)));
  const differences: RuleDifference[] = [];
  for await (const difference of subject.drift(requireObjects(subject))) {
    if (differences.length === most) return { differences, more: true, names };
    differences.push(difference);
  }
  return { differences, more: false, names };
}
