import { clusterChecks } from './cluster/cluster-checks.ts';
import type { DoctorCheck } from './doctor-check.ts';
import { nodeChecks } from './node/node-checks.ts';

/** All checks in the order of the report: first those of the node itself, then those of objects and rules. */
export const allChecks: readonly DoctorCheck[] = [...nodeChecks, ...clusterChecks];

/** The checks selected by `--only` and `--skip`. Throws a `RangeError` that lists all checks for an unknown name. */
export function selectChecks(
  checks: readonly DoctorCheck[],
  { only, skip }: { readonly only: readonly string[]; readonly skip: readonly string[] },
): readonly DoctorCheck[] {
  const known = checks.map(({ check }) => check);
  for (const name of [...only, ...skip]) {
    if (!known.includes(name))
      throw new RangeError(`there is no check ${JSON.stringify(name)}; there are ${known.join(', ')}`);
  }
  return checks.filter(({ check }) => (only.length === 0 || only.includes(check)) && !skip.includes(check));
}
