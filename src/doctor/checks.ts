import { clusterChecks } from './cluster/cluster-checks.ts';
import type { DoctorCheck } from './doctor-check.ts';
import { nodeChecks } from './node/node-checks.ts';

/** Every check, in the order of the report: first what the node is, then what the objects and rules make of it. */
export const allChecks: readonly DoctorCheck[] = [...nodeChecks, ...clusterChecks];

/**
 * Those that are asked for. Throws a `RangeError` that names all checks where a name is none of theirs.
 */
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
