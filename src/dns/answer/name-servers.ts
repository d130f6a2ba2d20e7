import type { Address } from '../../net/address.ts';
import type { ClusterIndex } from '../objects/cluster-index.ts';
import type { ServiceKey } from '../objects/records.ts';
import { serviceEntries } from './service-entries.ts';

/** A name server of the cluster's domain. */
export interface NameServer {
  /** Below the domain. */
  readonly labels: readonly string[];
  readonly addresses: readonly Address[];
}

/** The Services that lead to this server; where there are none, `ns.dns` with its own addresses, as CoreDNS has it. */
export function nameServers(index: ClusterIndex, ownAddresses: readonly Address[]): readonly NameServer[] {
  const keys = new Set<ServiceKey>(
    ownAddresses.flatMap((address) => index.slicesAt(address).map(({ service }) => service)),
  );
  const found = [...keys].flatMap((key) => {
    const [namespace = '', name = ''] = key.split('/');
    const service = index.service(namespace, name);
    if (service === undefined) return [];
    const addresses = serviceEntries(index, service).map(({ address }) => address);
    return [{ labels: [name, namespace, 'svc'], addresses: [...new Set(addresses)] }];
  });
  return found.length > 0 ? found : [{ labels: ['ns', 'dns'], addresses: ownAddresses }];
}
