import { familyOf, parseAddress } from '../../../../net/address.ts';
import type { ServiceSpec } from '../../kinds/service.ts';
import { duplicate, type Fault, invalid, oneOf, required } from '../faults.ts';
import { isHeadless, needsClusterIP } from './service-types.ts';

const families = ['IPv4', 'IPv6'];

/** What is wrong with ClusterIPs, families and policy of a Service, before anything is allocated. */
export function validateClusterIPs(spec: ServiceSpec): readonly Fault[] {
  if (!needsClusterIP(spec)) return [];
  const { clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const field = 'spec.clusterIPs';
  const faults: Fault[] = [];
  if (clusterIP === undefined && clusterIPs.length > 0)
    faults.push(invalid(field, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  if (clusterIP !== undefined && clusterIPs.length === 0) faults.push(required(field));
  else if (clusterIP !== clusterIPs[0])
    faults.push(invalid(field, clusterIPs, 'first value must match `clusterIP`'));
  ipFamilies.forEach((family, index) => {
    faults.push(...oneOf(`spec.ipFamilies[${index}]`, family, families));
    if (ipFamilies.indexOf(family) < index) faults.push(duplicate(`spec.ipFamilies[${index}]`, family));
  });
  if (ipFamilyPolicy !== undefined) faults.push(...oneOf('spec.ipFamilyPolicy', ipFamilyPolicy, policies));
  return [...faults, ...validateAddresses(spec)];
}

const policies = ['SingleStack', 'PreferDualStack', 'RequireDualStack'];

function validateAddresses(spec: ServiceSpec): readonly Fault[] {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  const field = 'spec.clusterIPs';
  if (isHeadless(spec))
    return clusterIPs.length > 1
      ? [invalid(field, clusterIPs, "'None' must be the first and only value")]
      : [];
  if (clusterIPs.length > 2) return [invalid(field, clusterIPs, 'may only hold up to 2 values')];
  const parsed = clusterIPs.map((text) => parseAddress(text));
  const faults = parsed.flatMap((address, index) => {
    const text = clusterIPs[index];
    if (address === undefined)
      return [
        invalid(`${field}[${index}]`, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
      ];
    const family = ipFamilies[index];
    return family === undefined || family === familyOf(address)
      ? []
      : [
          invalid(
            `${field}[${index}]`,
            text,
            `expected an ${family} value as indicated by \`ipFamilies[${index}]\``,
          ),
        ];
  });
  const [first, second] = parsed;
  const isTwice = first !== undefined && second !== undefined && familyOf(first) === familyOf(second);
  return isTwice
    ? [...faults, invalid(field, clusterIPs, 'may specify no more than one IP for each IP family')]
    : faults;
}

/** The first address and the first family stay what they are, but where the Service becomes, or was, an ExternalName. */
export function validateClusterIPsUpdate(spec: ServiceSpec, before: ServiceSpec): readonly Fault[] {
  if (!needsClusterIP(spec) || !needsClusterIP(before)) return [];
  const { clusterIPs = [], ipFamilies = [] } = spec;
  const [ip, family] = [before.clusterIPs?.[0], before.ipFamilies?.[0]];
  const faults: Fault[] = [];
  if (ip !== undefined && clusterIPs[0] !== ip)
    faults.push(invalid('spec.clusterIPs[0]', clusterIPs, 'may not change once set'));
  if (family !== undefined && ipFamilies.length > 0 && ipFamilies[0] !== family)
    faults.push(invalid('spec.ipFamilies[0]', ipFamilies, 'may not change once set'));
  return faults;
}
