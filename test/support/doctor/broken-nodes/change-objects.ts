import { healthyObjects } from './objects.ts';

/** An object of a list, as far as tests change it. */
interface Changeable {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: Record<string, unknown>;
  ports?: Record<string, unknown>[];
  endpoints?: Record<string, unknown>[];
}

/** The objects of the healthy node, each EndpointSlice changed. */
export function withSlices(change: (slice: Changeable) => void): string {
  return changed((object) => {
    if (object.kind === 'EndpointSlice') change(object);
  });
}

/** The objects of the healthy node, its Service changed. */
export function withService(change: (service: Changeable) => void): string {
  return changed((object) => {
    if (object.kind === 'Service') change(object);
  });
}

/** The objects of the healthy node, and more. */
export function withMore(...more: readonly object[]): string {
  const list: { items: object[] } = JSON.parse(healthyObjects());
  return JSON.stringify({ ...list, items: [...list.items, ...more] });
}

function changed(change: (object: Changeable) => void): string {
  const list: { items: Changeable[] } = JSON.parse(healthyObjects());
  for (const object of list.items) change(object);
  return JSON.stringify(list);
}
