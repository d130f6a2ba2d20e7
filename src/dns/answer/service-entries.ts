import type { Address } from '../../net/address.ts';
import type { Protocol } from '../../net/family.ts';
import type { ClusterIndex } from '../objects/cluster-index.ts';
import type { EndpointRecord, PortRecord, ServiceRecord } from '../objects/records.ts';
import { endpointName } from './endpoint-name.ts';

/** An address of a Service with one of the ports that it has there. */
export interface ServiceEntry {
  readonly address: Address;
  /** `undefined` where there are no ports. */
  readonly port: number | undefined;
  /** The endpoint's label; `undefined` for the Service itself. */
  readonly endpoint: string | undefined;
}

/** Which entries of a Service a name asks for; all where nothing is said. */
export interface EntryFilter {
  readonly endpoint?: string;
  readonly port?: { readonly name: string; readonly protocol: Protocol };
}

/**
 * What a Service has for a name: its ClusterIPs, or its endpoints where it is headless or one of them is asked for. The
 * specification has names of endpoints for headless Services only; CoreDNS for all, and PTR records lead there.
 */
export function serviceEntries(
  index: ClusterIndex,
  service: ServiceRecord,
  { endpoint, port }: EntryFilter = {},
): readonly ServiceEntry[] {
  const { target } = service;
  if (target.type === 'ExternalName') return [];
  if (target.type === 'ClusterIP' && endpoint === undefined)
    return portsOf(service.ports, port).flatMap((number) =>
      target.addresses.map((address) => ({ address, port: number, endpoint: undefined })),
    );
  const entries: ServiceEntry[] = [];
  for (const slice of index.slicesOf(service.key)) {
    const ports = portsOf(slice.ports, port);
    for (const one of slice.endpoints) {
      if (!isPublished(service, one)) continue;
      const name = endpointName(one);
      if (endpoint !== undefined && name !== endpoint) continue;
      for (const number of ports) entries.push({ address: one.address, port: number, endpoint: name });
    }
  }
  return entries;
}

/** Whether the endpoint has names: it is ready, or the Service says that this does not matter. */
export function isPublished({ target }: ServiceRecord, { ready }: EndpointRecord): boolean {
  return ready || (target.type === 'headless' && target.publishNotReadyAddresses);
}

/** The numbers of the ports that are asked for. Without any ports there is still something at the name. */
function portsOf(ports: readonly PortRecord[], asked: EntryFilter['port']): readonly (number | undefined)[] {
  if (asked !== undefined)
    return ports
      .filter(({ name, protocol }) => name === asked.name && protocol === asked.protocol)
      .map(({ port }) => port);
  return ports.length === 0 ? [undefined] : ports.map(({ port }) => port);
}
