import { type Address, familyOf, parseAddress } from '../../net/address.ts';
import { type Cidr, cidrContains, cidrFamily, parseCidr } from '../../net/cidr.ts';
import { type Family, families } from '../../net/family.ts';
import type { Dump } from './found.ts';

/** The families that Services of the file have, and for each a range that holds their ClusterIPs. */
export interface FoundNetwork {
  readonly families: readonly Family[];
  readonly serviceCIDRs: Readonly<Partial<Record<Family, Cidr>>>;
}

const usual: Readonly<Record<Family, string>> = { IPv4: '10.96.0.0/16', IPv6: 'fd00:96::/112' };
const length: Readonly<Record<Family, number>> = { IPv4: 16, IPv6: 112 };

/** As the file's ServiceCIDRs say; else the usual range, if it holds the first ClusterIP, or one around that. */
export function networkOf(dump: Dump): FoundNetwork {
  const services = dump.list('Service');
  const named = dump.list('ServiceCIDR').flatMap(({ spec }) => spec.cidrs.map((text) => parseCidr(text)));
  const addresses = services
    .flatMap(({ spec }) => spec.clusterIPs ?? [spec.clusterIP ?? ''])
    .map((text) => parseAddress(text))
    .filter((address) => address !== undefined);
  const cidrs = families.flatMap((family): (readonly [Family, Cidr])[] => {
    const own = named.find((cidr) => cidr !== undefined && cidrFamily(cidr) === family);
    const first = addresses.find((address) => familyOf(address) === family);
    const cidr = own ?? (first === undefined ? undefined : around(first));
    return cidr === undefined ? [] : [[family, cidr]];
  });
  return { families: cidrs.map(([family]) => family), serviceCIDRs: Object.fromEntries(cidrs) };
}

function around(address: Address): Cidr | undefined {
  const family = familyOf(address);
  const range = parseCidr(usual[family]);
  return range !== undefined && cidrContains(range, address)
    ? range
    : parseCidr(`${address}/${length[family]}`);
}
