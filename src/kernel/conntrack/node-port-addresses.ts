import type { ProxyConfig } from '../../config/proxy-config.ts';
import { servesLocalhost } from '../../iptables/derive-iptables-options.ts';
import { type Address, familyOf, isLoopback } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import { nodeIPs } from '../../plan/node-ips.ts';
import { addressesIn, nodePortRanges } from '../../plan/node-ports.ts';
import type { NodeRecord } from '../../state/records.ts';
import { localAddresses } from '../node/node-addresses.ts';

/** The node's addresses that node ports answer on: at all others the same port may be somebody else's. */
export function nodePortAddresses(
  family: Family,
  config: ProxyConfig,
  node: NodeRecord | undefined,
  local: readonly Address[] = localAddresses(),
): readonly Address[] {
  const ranges = nodePortRanges(family, config.nodePortAddresses, nodeIPs(config.bindAddress, node));
  const own = local.filter((address) => familyOf(address) === family);
  const answering = addressesIn(ranges, own);
  const withLoopback = config.mode === 'iptables' && servesLocalhost(family, config, ranges);
  return (answering === 'all' ? own : answering).filter((address) => withLoopback || !isLoopback(address));
}
