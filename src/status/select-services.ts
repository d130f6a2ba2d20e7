import { UserError } from '../program/exit-status.ts';
import type { ServiceKey } from '../state/records.ts';

/** The named Services; `undefined` for all where none is named. Throws a `UserError` for unknown ones. */
export function selectServices(
  names: readonly string[],
  services: { has(key: ServiceKey): boolean },
): ReadonlySet<ServiceKey> | undefined {
  if (names.length === 0) return undefined;
  const keys = names.map((name) => name as ServiceKey);
  const malformed = names.find((name) => !/^[^/]+\/[^/]+$/.test(name));
  if (malformed !== undefined)
    throw new UserError(`SERVICE ${JSON.stringify(malformed)}: must be namespace/name`);
  const unknown = keys.filter((key) => !services.has(key));
  if (unknown.length > 0)
    throw new UserError(
      `the source has no Service ${unknown.join(', ')} that this proxy serves; headless ones and those of other proxies do not count`,
    );
  return new Set(keys);
}
