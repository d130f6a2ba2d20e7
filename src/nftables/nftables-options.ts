import type { Address } from '../net/address.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';
import type { LocalDetector } from '../plan/local-detector.ts';

/** What the table of one family depends on in addition to the plans. */
export interface NftablesOptions {
  readonly family: Family;
  /** The bit of the packet mark that requests masquerading, 0 to 31. */
  readonly masqueradeBit: number;
  /** Masquerade all traffic to ClusterIPs. */
  readonly masqueradeAll: boolean;
  /** How local pod traffic is recognised; `undefined` if it cannot be. */
  readonly localDetector: LocalDetector | undefined;
  /** The node's addresses that node ports answer on, without loopback. */
  readonly nodePortAddresses: 'all' | readonly Address[];
  /** The networks of ClusterIPs: traffic to addresses that no Service has is dropped. */
  readonly serviceCIDRs: readonly Cidr[];
  /** Not all objects are known: what stands and no plan claims stays. */
  readonly keepsUnclaimed?: boolean;
}

/** nft's keyword for the family. */
export function nftFamily(family: Family): 'ip' | 'ip6' {
  return family === 'IPv4' ? 'ip' : 'ip6';
}
