import type { Address } from '../../net/address.ts';
import type { ClusterIndex } from '../objects/cluster-index.ts';
import { endpointName } from './endpoint-name.ts';
import { isPublished } from './service-entries.ts';

/** The names of an address, each by its labels below the domain: its Service's, or else those of its endpoints. */
export function namesAt(index: ClusterIndex, address: Address): readonly (readonly string[])[] {
  const [service] = index.servicesAt(address);
  if (service !== undefined) return [labelsOfService(service.key)];
  const names = new Map<string, readonly string[]>();
  for (const slice of index.slicesAt(address)) {
    const [name = '', namespace = '', svc = ''] = labelsOfService(slice.service);
    const owner = index.service(namespace, name);
    if (owner === undefined || owner.target.type === 'ExternalName') continue;
    for (const endpoint of slice.endpoints) {
      if (endpoint.address !== address || !isPublished(owner, endpoint)) continue;
      const labels = [endpointName(endpoint), name, namespace, svc];
      names.set(labels.join('.'), labels);
    }
  }
  return [...names.values()];
}

function labelsOfService(key: string): readonly string[] {
  const slash = key.indexOf('/');
  return [key.slice(slash + 1), key.slice(0, slash), 'svc'];
}
