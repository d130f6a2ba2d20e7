import isEqual from 'lodash/isEqual.js';
import { type Family, families } from '../../../net/family.ts';
import type { EndpointSlice, Service } from '../../api/kinds/kinds.ts';
import type { Objects } from '../../api/store/objects.ts';
import { type Action, create, remove, update } from '../action.ts';
import { controllerReference } from '../owners.ts';
import { type EndpointGroup, endpointGroups } from './endpoint-groups.ts';
import { placeEndpoints } from './place-endpoints.ts';

const managedBy = 'endpointslice.kubernetes.io/managed-by';
const controllerName = 'endpointslice-controller.k8s.io';
const serviceName = 'kubernetes.io/service-name';
const headless = 'service.kubernetes.io/headless';

/** The Pods that each Service with a selector selects, as EndpointSlices. Slices that somebody else made stay as they are. */
export function sliceEndpoints(objects: Objects): readonly Action[] {
  const slices = objects
    .list('EndpointSlice')
    .filter(({ metadata }) => metadata.labels?.[managedBy] === controllerName);
  const services = objects.list('Service').filter(hasEndpoints);
  const keys = new Set(services.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const key = ({ metadata }: EndpointSlice) => `${metadata.namespace}/${metadata.labels?.[serviceName]}`;
  return [
    ...slices.filter((slice) => !keys.has(key(slice))).map((slice) => remove(slice)),
    ...services.flatMap((service) => {
      const own = slices.filter(
        (slice) => key(slice) === `${service.metadata.namespace}/${service.metadata.name}`,
      );
      return families.flatMap((family) => keepFamily(service, family, own, objects));
    }),
  ];
}

function hasEndpoints({ metadata, spec }: Service): boolean {
  const isSelecting = Object.keys(spec.selector ?? {}).length > 0;
  return isSelecting && spec.type !== 'ExternalName' && metadata.deletionTimestamp === undefined;
}

function keepFamily(
  service: Service,
  family: Family,
  all: readonly EndpointSlice[],
  objects: Objects,
): readonly Action[] {
  const slices = all.filter(({ addressType }) => addressType === family);
  if (service.spec.ipFamilies?.includes(family) !== true) return slices.map((slice) => remove(slice));
  const found = endpointGroups(service, family, objects);
  // A Service without endpoints has a slice that says so.
  const groups: readonly EndpointGroup[] = found.length === 0 ? [{ ports: [], endpoints: [] }] : found;
  const ofNoGroup = slices.filter((slice) => !groups.some(({ ports }) => isEqual(ports, slice.ports)));
  return [
    ...groups.flatMap(({ ports, endpoints }) =>
      placeEndpoints(
        endpoints,
        slices.filter((slice) => isEqual(ports, slice.ports)),
      ).flatMap(({ slice, endpoints: placed }) => {
        if (slice === undefined) return [create({ ...newSlice(service, family), ports, endpoints: placed })];
        if (placed === 'none') return [remove(slice)];
        const metadata = { ...slice.metadata, labels: labelsOf(service) };
        return [update({ ...slice, metadata, endpoints: placed })];
      }),
    ),
    ...ofNoGroup.map((slice) => remove(slice)),
  ];
}

function newSlice(service: Service, addressType: Family) {
  const { name, namespace } = service.metadata;
  return {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: labelsOf(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType,
  };
}

/** Those of the Service, and what tells whose slice it is. */
function labelsOf({ metadata, spec }: Service): Readonly<Record<string, string>> {
  const {
    [managedBy]: _managed,
    [serviceName]: _name,
    [headless]: _headless,
    ...own
  } = metadata.labels ?? {};
  return {
    ...own,
    ...(spec.clusterIP === 'None' ? { [headless]: '' } : {}),
    [serviceName]: metadata.name,
    [managedBy]: controllerName,
  };
}
