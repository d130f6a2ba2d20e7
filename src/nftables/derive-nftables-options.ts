import type { ProxyConfig } from '../config/proxy-config.ts';
import { type Address, isLoopback } from '../net/address.ts';
import { cidrFamily } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';
import { localDetector } from '../plan/local-detector.ts';
import type { NodeIPs } from '../plan/node-ips.ts';
import { addressesIn, nodePortRanges } from '../plan/node-ports.ts';
import type { NodeRecord, ServiceCIDRRecord } from '../state/records.ts';
import type { NftablesOptions } from './nftables-options.ts';

/** The facts about node and cluster that the table depends on. */
export interface TableFacts {
  /** All addresses of the node's interfaces. */
  readonly localAddresses: readonly Address[];
  readonly nodeIPs: NodeIPs;
  readonly node: NodeRecord | undefined;
  readonly serviceCIDRs: Iterable<ServiceCIDRRecord>;
}

/** The options of one family's table, from the configuration, the node and the cluster. */
export function nftablesOptions(family: Family, config: ProxyConfig, facts: TableFacts): NftablesOptions {
  const ranges = nodePortRanges(family, config.nodePortAddresses, facts.nodeIPs);
  const addresses = addressesIn(ranges, facts.localAddresses);
  return {
    family,
    masqueradeBit: config.nftables.masqueradeBit,
    masqueradeAll: config.nftables.masqueradeAll,
    localDetector: localDetector(family, config.detectLocal, facts.node),
    nodePortAddresses: addresses === 'all' ? 'all' : addresses.filter((address) => !isLoopback(address)),
    serviceCIDRs: [...facts.serviceCIDRs]
      .flatMap(({ cidrs }) => cidrs)
      .filter((cidr) => cidrFamily(cidr) === family),
  };
}
