import type { Family } from '../../../net/family.ts';
import { builtInChains, type TableName } from '../../../rules-text/iptables/iptables-base-chains.ts';
import { textAttribute } from '../netlink-attributes.ts';
import { chainAttributes } from './kernel-numbers.ts';
import { type NftFamily, requestNfTables, sizeOf } from './requests.ts';

/**
 * Whether a table of nf_tables has no more than chains that iptables-nft and the kubelet make everywhere. False where
 * that cannot be known.
 */
export async function isBareTable(name: TableName, family: Family): Promise<boolean> {
  const nftFamily: NftFamily = family === 'IPv4' ? 'ip' : 'ip6';
  const chains = [...builtInChains[name].map((chain) => chain.name), ...canaries];
  const [size, found] = await Promise.all([
    sizeOf({ family: nftFamily, name }),
    requestNfTables(
      chains.map((chain) => ({
        get: 'chain',
        family: nftFamily,
        content: [textAttribute(chainAttributes.table, name), textAttribute(chainAttributes.name, chain)],
      })),
    ),
  ]);
  return size === found.filter((chain) => typeof chain === 'object').length;
}

/** Empty chains, by which their makers see that somebody has deleted all rules. */
const canaries = ['KUBE-PROXY-CANARY', 'KUBE-KUBELET-CANARY', 'KUBE-IPTABLES-HINT'];
