import type { ClusterState } from '../../state/cluster-state.ts';
import type { ObjectKind } from '../../state/records.ts';
import type { Instruments } from './instruments.ts';

/** The number of objects of each kind, counted at each scrape. `state` is undefined until objects are loaded. */
export function registerClusterMetrics(
  instruments: Instruments,
  state: () => ClusterState | undefined,
): void {
  instruments.collectedGauge(
    'portolan_objects',
    'Objects that are known: EndpointSlices of known Services, this node, and all of the other kinds',
    (gauge) => {
      const known = state();
      if (known === undefined) return;
      for (const [kind, count] of Object.entries(countObjects(known))) gauge.labels(kind).set(count);
    },
    ['kind'],
  );
}

/** The number of objects of each kind. */
export function countObjects(state: ClusterState): Readonly<Record<ObjectKind, number>> {
  let slices = 0;
  for (const service of state.services.keys()) slices += state.slicesOf(service).size;
  return {
    Service: state.services.size,
    EndpointSlice: slices,
    Node: state.node === undefined ? 0 : 1,
    ServiceCIDR: [...state.serviceCIDRs].length,
  };
}
