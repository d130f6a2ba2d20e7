import type { EndpointSlice, Service, ServiceCIDR } from '../kinds/kinds.ts';
import { ageColumn, labelsText, listText, nameColumn, text, wide } from './cells.ts';
import type { Column } from './make-table.ts';

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  text('Type', ({ spec }) => spec.type ?? ''),
  text('Cluster-IP', ({ spec }) => spec.clusterIPs?.[0] ?? spec.clusterIP ?? '<none>'),
  text('External-IP', externalIP),
  text('Port(s)', ({ spec }) =>
    listText(
      (spec.ports ?? []).map(({ port, nodePort, protocol = 'TCP' }) =>
        nodePort === undefined ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`,
      ),
    ),
  ),
  ageColumn,
  wide('Selector', ({ spec }) => labelsText(spec.selector)),
];

function externalIP({ spec, status }: Service): string {
  if (spec.type === 'ExternalName') return spec.externalName ?? '<none>';
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  const all = spec.type === 'LoadBalancer' ? [...ingress, ...(spec.externalIPs ?? [])] : spec.externalIPs;
  return spec.type === 'LoadBalancer' && all?.length === 0 ? '<pending>' : listText(all);
}

export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn,
  text('AddressType', ({ addressType }) => addressType),
  text('Ports', ({ ports = [] }) =>
    shortList(ports.map(({ port }) => (port === undefined ? '*' : `${port}`))),
  ),
  text('Endpoints', ({ endpoints = [] }) => shortList(endpoints.flatMap(({ addresses }) => addresses))),
  ageColumn,
];

/** The first three (printers/internalversion). */
function shortList(texts: readonly string[]): string {
  if (texts.length === 0) return '<unset>';
  const first = texts.slice(0, 3).join(',');
  return texts.length > 3 ? `${first} + ${texts.length - 3} more...` : first;
}

export const serviceCIDRColumns: readonly Column<ServiceCIDR>[] = [
  nameColumn,
  text('CIDRs', ({ spec }) => listText(spec.cidrs)),
  ageColumn,
];
