import type { NodePortAddresses } from '../config/proxy-config.ts';
import { type Address, familyOf } from '../net/address.ts';
import { type Cidr, cidrContains, cidrFamily, isZeroCidr } from '../net/cidr.ts';
import { addressBits, type Family } from '../net/family.ts';
import type { NodeIPs } from './node-ips.ts';

/** The ranges that node ports answer in; all addresses for a family without a range, as in kube-proxy. */
export function nodePortRanges(
  family: Family,
  nodePortAddresses: NodePortAddresses,
  nodeIPs: NodeIPs,
): 'all' | readonly Cidr[] {
  const ranges =
    nodePortAddresses.kind === 'cidrs'
      ? nodePortAddresses.cidrs
      : nodePortAddresses.kind === 'primary'
        ? Object.values(nodeIPs).map(singleAddress)
        : [];
  const own = ranges.filter((range) => cidrFamily(range) === family);
  return own.length === 0 || own.some(isZeroCidr) ? 'all' : own;
}

/** The node's addresses that are in the ranges. */
export function addressesIn(
  ranges: 'all' | readonly Cidr[],
  localAddresses: readonly Address[],
): 'all' | readonly Address[] {
  if (ranges === 'all') return 'all';
  return localAddresses.filter((address) => ranges.some((range) => cidrContains(range, address)));
}

function singleAddress(address: Address): Cidr {
  return `${address}/${addressBits[familyOf(address)]}` as Cidr;
}
