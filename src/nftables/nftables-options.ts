import type { Address } from '../net/address.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';
import type { LocalDetector } from '../plan/local-detector.ts';

/** What the table of one family depends on besides the plans. */
export interface NftablesOptions {
  readonly family: Family;
  /** Bit of the packet mark that asks for masquerading, 0 to 31. */
  readonly masqueradeBit: number;
  /** Masquerade all traffic to ClusterIPs. */
  readonly masqueradeAll: boolean;
  /** How pods' own traffic is told; `undefined` where it cannot be. */
  readonly localDetector: LocalDetector | undefined;
  /** The node's addresses that node ports answer on. Never loopback ones. */
  readonly nodePortAddresses: 'all' | readonly Address[];
  /** The networks that ClusterIPs come from: what no Service has of them is dropped. */
  readonly serviceCIDRs: readonly Cidr[];
  /** Not all objects are known: what stands and no plan claims stays. */
  readonly keepsUnclaimed?: boolean;
}

/** The word for the family's header and tables. */
export function nftFamily(family: Family): 'ip' | 'ip6' {
  return family === 'IPv4' ? 'ip' : 'ip6';
}
