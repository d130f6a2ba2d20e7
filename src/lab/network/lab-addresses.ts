import { type Address, parseAddress } from '../../net/address.ts';
import { type Cidr, parseCidr } from '../../net/cidr.ts';
import type { Family } from '../../net/family.ts';

/** The network between the hosts of a lab, which is the lab's own: that of another lab may be the same. */
const prefixes: Readonly<Record<Family, string>> = { IPv4: '192.168.64.', IPv6: 'fd00:64::' };
export const underlayLengths: Readonly<Record<Family, number>> = { IPv4: 24, IPv6: 64 };

/** Last parts of the hosts' addresses. Nodes have those from `firstNode` on. */
export const hostNumbers = { switch: 1, client: 2, loadBalancer: 3, firstNode: 11 } as const;
/** There are numbers for so many nodes. */
export const mostNodes = 200;

/** Where pods get their addresses from, a range of it for each node. */
export const clusterCidrs: Readonly<Record<Family, Cidr>> = {
  IPv4: requireCidr('10.244.0.0/16'),
  IPv6: requireCidr('fd00:244::/56'),
};
export const serviceCidrs: Readonly<Record<Family, Cidr>> = {
  IPv4: requireCidr('10.96.0.0/16'),
  IPv6: requireCidr('fd00:96::/112'),
};
/** Where Services of type LoadBalancer get addresses from; the load balancer is the way there. */
export const virtualCidrs: Readonly<Record<Family, Cidr>> = {
  IPv4: requireCidr('192.168.65.0/24'),
  IPv6: requireCidr('fd00:65::/64'),
};
export const everywhere: Readonly<Record<Family, Cidr>> = {
  IPv4: requireCidr('0.0.0.0/0'),
  IPv6: requireCidr('::/0'),
};

/** The address of a host; the same digits in both families. */
export function underlayAddress(family: Family, number: number): Address {
  const address = parseAddress(`${prefixes[family]}${number}`);
  if (address === undefined) throw new RangeError(`a lab has no host ${number}`);
  return address;
}

function requireCidr(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new RangeError(`${text} is no network`);
  return cidr;
}
