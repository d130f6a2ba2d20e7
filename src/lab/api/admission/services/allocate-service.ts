import type { Cidr } from '../../../../net/cidr.ts';
import type { Family } from '../../../../net/family.ts';
import type { Service } from '../../kinds/kinds.ts';
import type { ServiceSpec } from '../../kinds/service.ts';
import { type Fault, invalid } from '../faults.ts';
import { type Context, defined, type Written } from '../written.ts';
import { freeAddress, mayBeClusterIP } from './cluster-ips.ts';
import { allocateNodePorts } from './node-ports.ts';
import { resolveFamilies } from './resolve-families.ts';
import type { ServiceNetwork } from './service-network.ts';
import { isHeadless, needsClusterIP } from './service-types.ts';

/** Gives a Service its ClusterIPs and node ports, or says which of those that it wants it cannot have. */
export function allocateService(
  { cidrs, nodePorts }: ServiceNetwork,
  object: Written<'Service'>,
  { before, objects }: Context<'Service'>,
): { readonly object: Written<'Service'> } | { readonly faults: readonly Fault[] } {
  const { name, namespace } = object.metadata;
  const others = objects
    .list('Service')
    .filter(({ metadata }) => metadata.name !== name || metadata.namespace !== namespace);
  const addressed = allocateClusterIPs(cidrs, object.spec, before?.spec, others);
  if ('faults' in addressed) return addressed;
  const ported = allocateNodePorts(nodePorts, addressed.spec, others);
  return 'faults' in ported ? ported : { object: { ...object, spec: defined(ported.spec) } };
}

type Allocated = { readonly spec: ServiceSpec } | { readonly faults: readonly Fault[] };

function allocateClusterIPs(
  cidrs: ReadonlyMap<Family, Cidr>,
  given: ServiceSpec,
  before: ServiceSpec | undefined,
  others: readonly Service[],
): Allocated {
  if (!needsClusterIP(given)) return { spec: given };
  const resolved = resolveFamilies(given, before, [...cidrs.keys()]);
  if ('faults' in resolved || isHeadless(resolved.spec)) return resolved;
  const { spec } = resolved;
  const taken = new Set(others.flatMap((other) => other.spec.clusterIPs ?? []));
  const chosen: string[] = [];
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    const cidr = cidrs.get(family === 'IPv6' ? 'IPv6' : 'IPv4');
    if (cidr === undefined) continue;
    const wanted = spec.clusterIPs?.[index];
    const kept = wanted !== undefined && before?.clusterIPs?.[index] === wanted;
    const fault = wanted === undefined || kept ? undefined : mayBeClusterIP(wanted, cidr, taken);
    const address = wanted ?? freeAddress(cidr, taken);
    if (fault !== undefined)
      return {
        faults: [invalid('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${wanted}: ${fault}`)],
      };
    if (address === undefined)
      return {
        faults: [invalid('spec.clusterIPs', spec.clusterIPs, 'failed to allocate IP: range is full')],
      };
    chosen.push(address);
  }
  return {
    spec: { ...spec, clusterIPs: chosen, ...(chosen[0] === undefined ? {} : { clusterIP: chosen[0] }) },
  };
}
