import { formatDuration, parseDuration } from '../config/duration.ts';
import { type Flag, type FlagValues, flags } from '../config/flags/flags.ts';
import type { ZPage } from './z-page.ts';

/** All flags of kube-proxy and Portolan's `own`, sorted by name, with the given value or the default. */
export function flagz(given: FlagValues, own: Readonly<Record<string, string>>): ZPage {
  const values = new Map(Object.entries(own));
  for (const { name, type, default: usual } of flags) {
    const value = given[name];
    values.set(name, value === undefined ? usual : formatValue(type, value));
  }
  const sorted = [...values].sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    kind: 'Flagz',
    text: sorted.map(([name, value]) => `${name}: ${value}\n`).join(''),
    fields: { flags: Object.fromEntries(sorted) },
  };
}

/** The value as Go prints it. */
function formatValue(type: Flag['type'], value: NonNullable<FlagValues[keyof FlagValues]>): string {
  if (Array.isArray(value)) return `[${value.join(',')}]`;
  if (typeof value === 'object') {
    const gates = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return gates.map(([gate, on]) => `${gate}=${on}`).join(',');
  }
  const duration = type === 'duration' ? parseDuration(String(value)) : undefined;
  return duration === undefined ? String(value) : formatDuration(duration);
}
