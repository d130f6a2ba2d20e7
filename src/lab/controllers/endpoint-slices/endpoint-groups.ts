import isEqual from 'lodash/isEqual.js';
import { familyOf, parseAddress } from '../../../net/address.ts';
import type { Family } from '../../../net/family.ts';
import type { Endpoint, EndpointPort } from '../../api/kinds/endpoint-slice.ts';
import type { Pod, Service } from '../../api/kinds/kinds.ts';
import { selectsAll } from '../../api/kinds/selects.ts';
import type { Objects } from '../../api/store/objects.ts';
import { isOver, isReady, isTerminating } from '../pods.ts';
import { zoneOf } from '../zones.ts';
import { portsFor } from './ports-for.ts';

/** Endpoints that have the same ports, as those of a slice must. */
export interface EndpointGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** The endpoints of a Service in a family; a Pod whose ports have other numbers is in another group. */
export function endpointGroups(service: Service, family: Family, objects: Objects): readonly EndpointGroup[] {
  const groups: { readonly ports: readonly EndpointPort[]; readonly endpoints: Endpoint[] }[] = [];
  for (const pod of objects.list('Pod', service.metadata.namespace)) {
    if (!selectsAll(service.spec.selector ?? {}, pod.metadata.labels ?? {}) || isOver(pod)) continue;
    const endpoint = endpointOf(pod, service, family, objects);
    if (endpoint === undefined) continue;
    const ports = portsFor(service, pod);
    const group = groups.find((each) => isEqual(each.ports, ports));
    if (group === undefined) groups.push({ ports, endpoints: [endpoint] });
    else group.endpoints.push(endpoint);
  }
  return groups;
}

/** `undefined` where the Pod has no address of the family (endpointslice/utils.go, podToEndpoint). */
function endpointOf(pod: Pod, service: Service, family: Family, objects: Objects): Endpoint | undefined {
  const addresses = addressesOf(pod, family);
  if (addresses.length === 0) return undefined;
  const [serving, terminating] = [isReady(pod), isTerminating(pod)];
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { nodeName, hostname, subdomain } = pod.spec;
  const node = nodeName === undefined ? undefined : objects.get('Node', nodeName);
  const zone = node === undefined ? '' : zoneOf(node);
  const { name, namespace, uid } = pod.metadata;
  const isNamed = hostname !== undefined && subdomain === service.metadata.name;
  const endpoint = {
    addresses,
    conditions: { ready, serving, terminating },
    ...(isNamed ? { hostname } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone === '' ? {} : { zone }),
  };
  return ready ? withHints(endpoint, service.spec.trafficDistribution) : endpoint;
}

function addressesOf({ status }: Pod, family: Family): string[] {
  const { podIPs, podIP } = status ?? {};
  const texts = podIPs?.map(({ ip }) => ip) ?? (podIP === undefined ? [] : [podIP]);
  return texts.flatMap((text) => {
    const address = parseAddress(text);
    return address !== undefined && familyOf(address) === family ? [address] : [];
  });
}

/** KEP-4444 and KEP-3015: where traffic should stay close, each ready endpoint is for its own zone, or its own Node. */
function withHints(endpoint: Endpoint, distribution: string | undefined): Endpoint {
  if (distribution === undefined) return endpoint;
  const { zone, nodeName } = endpoint;
  const forNodes =
    distribution === 'PreferSameNode' && nodeName !== undefined ? [{ name: nodeName }] : undefined;
  if (zone === undefined && forNodes === undefined) return endpoint;
  return {
    ...endpoint,
    hints: {
      ...(zone === undefined ? {} : { forZones: [{ name: zone }] }),
      ...(forNodes === undefined ? {} : { forNodes }),
    },
  };
}
