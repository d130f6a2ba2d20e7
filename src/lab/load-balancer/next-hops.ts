import type { EndpointSlice, Node, Service } from '../api/kinds/kinds.ts';

/** The names of the nodes that take traffic for a Service: with externalTrafficPolicy Local those that have a ready endpoint. */
export function servingNodes(
  service: Service,
  nodes: readonly Node[],
  slices: readonly EndpointSlice[],
): readonly string[] {
  const ready = nodes.filter(isReady).map(({ metadata }) => metadata.name);
  if (service.spec.externalTrafficPolicy !== 'Local') return ready;
  const withEndpoint = new Set(
    slices
      .filter((slice) => isOf(slice, service))
      .flatMap(({ endpoints = [] }) => endpoints)
      .filter(({ conditions }) => conditions?.ready !== false)
      .map(({ nodeName }) => nodeName),
  );
  return ready.filter((name) => withEndpoint.has(name));
}

function isReady({ metadata, status }: Node): boolean {
  const isExcluded =
    metadata.labels?.['node.kubernetes.io/exclude-from-external-load-balancers'] !== undefined;
  return (
    !isExcluded &&
    (status?.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True')
  );
}

function isOf({ metadata }: EndpointSlice, service: Service): boolean {
  return (
    metadata.namespace === service.metadata.namespace &&
    metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name
  );
}
