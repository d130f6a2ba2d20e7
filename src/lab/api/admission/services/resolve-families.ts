import { familyOf, parseAddress } from '../../../../net/address.ts';
import type { Family } from '../../../../net/family.ts';
import type { ServiceSpec } from '../../kinds/service.ts';
import { type Fault, invalid } from '../faults.ts';
import { isHeadless } from './service-types.ts';

/** Families and policy of a Service that is no ExternalName (registry/core/service/storage/alloc.go, initIPFamilyFields). */
export function resolveFamilies(
  spec: ServiceSpec,
  before: ServiceSpec | undefined,
  ofCluster: readonly Family[],
): { readonly spec: ServiceSpec } | { readonly faults: readonly Fault[] } {
  const selectorless = isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;
  const fallback = selectorless ? 'RequireDualStack' : 'SingleStack';
  const policy = spec.ipFamilyPolicy ?? before?.ipFamilyPolicy ?? fallback;
  const narrowed = policy === 'SingleStack' && before !== undefined ? toOne(spec, before) : spec;
  const families = familiesOf(narrowed, before);
  const faults = [
    ...checkPolicy(narrowed, before, policy, families),
    ...(selectorless ? [] : checkCluster(policy, families, ofCluster)),
  ];
  if (faults.length > 0) return { faults };
  const known = families.length === 0 ? ofCluster.slice(0, 1) : families;
  const all = policy === 'SingleStack' ? known : withOther(known, selectorless ? both : ofCluster);
  return { spec: { ...narrowed, ipFamilyPolicy: policy, ipFamilies: [...all] } };
}

const both: readonly Family[] = ['IPv4', 'IPv6'];

/** As they are named, or as the addresses say. */
function familiesOf(spec: ServiceSpec, before: ServiceSpec | undefined): readonly string[] {
  const named = spec.ipFamilies ?? before?.ipFamilies ?? [];
  if (isHeadless(spec)) return named;
  const addresses = (spec.clusterIPs ?? []).slice(named.length).map((text) => parseAddress(text));
  return [...named, ...addresses.flatMap((address) => (address === undefined ? [] : [familyOf(address)]))];
}

function withOther(families: readonly string[], available: readonly Family[]): readonly string[] {
  return [...families, ...available.filter((family) => !families.includes(family))];
}

/** The change to SingleStack alone gives up what comes second. */
function toOne(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const isSame = <T>(list: readonly T[] | undefined, old: readonly T[] | undefined) =>
    list === undefined || list.join() === old?.join();
  return {
    ...spec,
    ...(spec.clusterIPs !== undefined && isSame(spec.clusterIPs, before.clusterIPs)
      ? { clusterIPs: spec.clusterIPs.slice(0, 1) }
      : {}),
    ...(isSame(spec.ipFamilies, before.ipFamilies) && before.ipFamilies !== undefined
      ? { ipFamilies: before.ipFamilies.slice(0, 1) }
      : {}),
  };
}

function checkPolicy(
  spec: ServiceSpec,
  before: ServiceSpec | undefined,
  policy: string,
  families: readonly string[],
): readonly Fault[] {
  const fault = (detail: string) => [invalid('spec.ipFamilyPolicy', policy, detail)];
  const { clusterIPs = [] } = spec;
  if (policy === 'SingleStack') {
    const many = clusterIPs.length > 1 ? 'cluster IPs' : families.length > 1 ? 'IP families' : undefined;
    return many === undefined
      ? []
      : fault(`must be 'RequireDualStack' or 'PreferDualStack' when multiple ${many} are specified`);
  }
  const lost = (list: readonly string[], old: readonly string[] | undefined) =>
    list.length === 1 && (old?.length ?? 0) > 1;
  if (lost(clusterIPs, before?.clusterIPs))
    return fault("must be 'SingleStack' to release the secondary cluster IP");
  if (lost(spec.ipFamilies ?? [], before?.ipFamilies))
    return fault("must be 'SingleStack' to release the secondary IP family");
  return [];
}

function checkCluster(
  policy: string,
  families: readonly string[],
  ofCluster: readonly Family[],
): readonly Fault[] {
  const known: readonly string[] = ofCluster;
  return [
    ...(policy === 'RequireDualStack' && ofCluster.length < 2
      ? [invalid('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services')]
      : []),
    ...families.flatMap((family, index) =>
      known.includes(family)
        ? []
        : [invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')],
    ),
  ];
}
