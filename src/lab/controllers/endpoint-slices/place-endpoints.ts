import type { Endpoint } from '../../api/kinds/endpoint-slice.ts';
import type { EndpointSlice } from '../../api/kinds/kinds.ts';

export interface Placement {
  /** `undefined`: a new one. */
  readonly slice: EndpointSlice | undefined;
  /** `none`: the slice is not needed. */
  readonly endpoints: readonly Endpoint[] | 'none';
}

/** As kube-controller-manager has it by default (--max-endpoints-per-slice). */
const most = 100;

/** Which endpoints stand in which slice: each where it stands already, the others where there is room, and as few slices as that allows. */
export function placeEndpoints(
  endpoints: readonly Endpoint[],
  slices: readonly EndpointSlice[],
): readonly Placement[] {
  const open = new Map(endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const kept = slices.map((slice) => ({ slice, endpoints: takeKnown(slice, open) }));
  const rest = [...open.values()];
  for (const { endpoints: placed } of kept) placed.push(...rest.splice(0, most - placed.length));
  const added: Placement[] = [];
  while (rest.length > 0) added.push({ slice: undefined, endpoints: rest.splice(0, most) });
  const isPlaceholder = endpoints.length === 0;
  if (isPlaceholder && slices.length === 0) return [{ slice: undefined, endpoints: [] }];
  return [
    ...kept.map(({ slice, endpoints: placed }, index) => ({
      slice,
      endpoints: placed.length === 0 && !(isPlaceholder && index === 0) ? ('none' as const) : placed,
    })),
    ...added,
  ];
}

function takeKnown({ endpoints = [] }: EndpointSlice, open: Map<string, Endpoint>): Endpoint[] {
  return endpoints.flatMap((old) => {
    const now = open.get(identity(old));
    open.delete(identity(old));
    return now === undefined ? [] : [now];
  });
}

function identity({ targetRef, addresses }: Endpoint): string {
  return `${targetRef?.uid} ${addresses.join()}`;
}
