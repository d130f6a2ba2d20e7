import { type Address, familyOf, parseAddress } from '../../net/address.ts';
import type { Cidr } from '../../net/cidr.ts';
import { cidrContains } from '../../net/cidr.ts';
import type { Family } from '../../net/family.ts';
import type { Service } from '../api/kinds/kinds.ts';
import { virtualCidrs } from '../network/lab-addresses.ts';
import { addressAt } from '../network/ranges.ts';

/**
 * The addresses of each Service of type LoadBalancer, by `namespace/name`: those that it has, what it asks for by
 * `loadBalancerIP`, or the next free one of each of its families. A Service with a `loadBalancerClass` is another one's.
 */
export function virtualAddresses(services: readonly Service[]): ReadonlyMap<string, readonly Address[]> {
  const wanted = services.filter(
    ({ spec }) => spec.type === 'LoadBalancer' && spec.loadBalancerClass === undefined,
  );
  const taken = new Set(wanted.flatMap(heldAddresses));
  return new Map(
    wanted.map((service) => {
      const held = heldAddresses(service);
      const addresses = familiesOf(service).flatMap((family) => {
        const own =
          held.find((address) => familyOf(address) === family) ??
          askedFor(service, family, taken) ??
          next(family, taken);
        if (own === undefined) return [];
        taken.add(own);
        return [own];
      });
      return [`${service.metadata.namespace}/${service.metadata.name}`, addresses];
    }),
  );
}

function heldAddresses({ status }: Service): readonly Address[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => {
    const address = ip === undefined ? undefined : parseAddress(ip);
    return address !== undefined && isVirtual(address) ? [address] : [];
  });
}

function askedFor({ spec }: Service, family: Family, taken: ReadonlySet<Address>): Address | undefined {
  const address = spec.loadBalancerIP === undefined ? undefined : parseAddress(spec.loadBalancerIP);
  if (address === undefined || familyOf(address) !== family) return undefined;
  return isVirtual(address) && !taken.has(address) ? address : undefined;
}

function next(family: Family, taken: ReadonlySet<Address>): Address | undefined {
  const range: Cidr = virtualCidrs[family];
  for (let index = 1n; index <= mostAddresses; index += 1n) {
    const address = addressAt(range, index);
    if (!taken.has(address)) return address;
  }
  return undefined;
}

function isVirtual(address: Address): boolean {
  return cidrContains(virtualCidrs[familyOf(address)], address);
}

function familiesOf({ spec: { ipFamilies = [] } }: Service): readonly Family[] {
  return ipFamilies.filter((family) => family === 'IPv4' || family === 'IPv6');
}

/** The last of 256 is the broadcast address of IPv4. */
const mostAddresses = 254n;
