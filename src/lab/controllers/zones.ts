import type { Node } from '../api/kinds/kinds.ts';

/** Empty where the Node is in none. */
export function zoneOf({ metadata }: Node): string {
  return metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
}
