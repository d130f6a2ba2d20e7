import { parseAddress } from '../../net/address.ts';
import { type Cidr, cidrContains } from '../../net/cidr.ts';
import type { Problem } from '../../state/problem.ts';
import type { Written } from '../api/admission/written.ts';
import { clean } from './clean.ts';
import { type Dump, type Step, titleOf } from './found.ts';

/** Services with the ClusterIPs and node ports that they have, where the lab's ranges hold these. */
export function rebuildServices(dump: Dump, serviceCIDRs: readonly Cidr[]): Step {
  const problems: Problem[] = [];
  const objects = dump
    .list('Service')
    // The lab's API server has one of its own.
    .filter(({ metadata }) => metadata.namespace !== 'default' || metadata.name !== 'kubernetes')
    .map((service) => {
      const outside = (service.spec.clusterIPs ?? [service.spec.clusterIP ?? '']).filter((ip) =>
        isOutside(ip, serviceCIDRs),
      );
      if (outside.length === 0) return { ...clean(service), spec: service.spec };
      problems.push({
        object: titleOf(service),
        field: 'spec.clusterIPs',
        reason: `${outside.join(', ')} is not in the lab's range ${serviceCIDRs.join(', ')}; it gets another address`,
      });
      return { ...clean(service), spec: withoutAddresses(service) };
    });
  return { objects, problems };
}

function isOutside(text: string, cidrs: readonly Cidr[]): boolean {
  const address = parseAddress(text);
  return address !== undefined && !cidrs.some((cidr) => cidrContains(cidr, address));
}

function withoutAddresses({ spec }: Written<'Service'>) {
  const { clusterIP: _ip, clusterIPs: _ips, ...own } = spec;
  return own;
}
