import type { ListedAddress } from '../kernel/netlink/route/addresses.ts';
import type { Link } from '../kernel/netlink/route/links.ts';
import { type Address, familyOf } from '../net/address.ts';
import { type Cidr, cidrContains, parseCidr } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';

/** The link by which a node reaches the others: that which has its own address. */
export interface Uplink {
  readonly index: number;
  readonly name: string;
  /** Bytes. */
  readonly mtu: number;
  /** The networks that are on the link itself. */
  readonly networks: readonly Cidr[];
}

/** The link that has one of the addresses of the Node object; `undefined` where this machine has none of them. */
export function findUplink(
  nodeAddresses: readonly Address[],
  links: readonly Link[],
  addresses: readonly ListedAddress[],
): Uplink | undefined {
  for (const address of nodeAddresses) {
    const found = addresses.find((one) => one.address === address);
    const link = links.find(({ index }) => index === found?.link);
    if (link === undefined) continue;
    const networks = addresses
      .filter(({ link: of }) => of === link.index)
      .flatMap((one) => parseCidr(`${one.address}/${one.prefixLength}`) ?? []);
    return { index: link.index, name: link.name, mtu: link.mtu, networks };
  }
  return undefined;
}

/** Whether packets to the address need no router. */
export function isOnLink({ networks }: Uplink, address: Address): boolean {
  return networks.some((network) => cidrContains(network, address));
}

/** The address of a family that other nodes reach a node by: the first one, and internal ones come first. */
export function addressOfFamily(addresses: readonly Address[], family: Family): Address | undefined {
  return addresses.find((address) => familyOf(address) === family);
}
