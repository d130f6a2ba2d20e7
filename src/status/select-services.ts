import { UserError } from '../program/exit-status.ts';
import type { ServiceKey } from '../state/records.ts';

/** The named Services, whether they are there or not; `undefined` for all where none is named. */
export function namedServices(names: readonly string[]): ReadonlySet<ServiceKey> | undefined {
  return names.length === 0 ? undefined : new Set(names.map((name) => name as ServiceKey));
}

/** The same. Throws a `UserError` for unknown ones. */
export function selectServices(
  names: readonly string[],
  services: { has(key: ServiceKey): boolean },
): ReadonlySet<ServiceKey> | undefined {
  const keys = namedServices(names);
  if (keys === undefined) return undefined;
  const malformed = names.find((name) => !/^[^/]+\/[^/]+$/.test(name));
  if (malformed !== undefined)
    throw new UserError(`SERVICE ${JSON.stringify(malformed)}: must be namespace/name`);
  const unknown = [...keys].filter((key) => !services.has(key));
  if (unknown.length > 0)
    throw new UserError(
      `the source has no Service ${unknown.join(', ')} that this proxy serves; headless ones and those of other proxies do not count`,
    );
  return keys;
}
