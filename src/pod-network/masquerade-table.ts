import { type Cidr, cidrFamily } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';
import type { ChainName } from '../nftables/names.ts';
import { nftFamily } from '../nftables/nftables-options.ts';
import type { Rule } from '../nftables/table/table.ts';
import type { Transaction } from '../nftables/table/table-transaction.ts';
import type { MasqueradePlan } from './network-plan.ts';

/** The table that hides pods' addresses where the cluster ends; one for each family. */
export const masqueradeTableName = 'portolan-pod-network';

export const masqueradeChain = 'postrouting' as ChainName;
/** Before what others masquerade, such as a service proxy, there is nothing to decide for packets between pods. */
export const masqueradeHook = 'type nat hook postrouting priority srcnat + 10; policy accept;';

/**
 * The rules of the only chain: packets of this node's pods get the node's address, but those to pods of any node, and to groups of
 * hosts. None where the node has no pods of the family.
 */
export function masqueradeRules({ sources, destinations }: MasqueradePlan, family: Family): readonly Rule[] {
  const ip = nftFamily(family);
  const of = (networks: readonly Cidr[]) => networks.filter((network) => cidrFamily(network) === family);
  const own = of(sources);
  if (own.length === 0) return [];
  return [
    ...[...of(destinations), multicast[family]].map((network) => `${ip} daddr ${network} return`),
    ...own.map((network) => `${ip} saddr ${network} masquerade fully-random`),
  ] as Rule[];
}

/** Makes the table anew with these rules, or takes it away where there are none. */
export function masqueradeTransaction(rules: readonly Rule[]): Transaction {
  if (rules.length === 0) return [{ kind: 'delete-table' }];
  return [
    { kind: 'delete-table' },
    { kind: 'add-table' },
    { kind: 'add-chain', chain: { name: masqueradeChain, hook: masqueradeHook } },
    { kind: 'add-rules', name: masqueradeChain, rules },
  ];
}

const multicast: Readonly<Record<Family, string>> = { IPv4: '224.0.0.0/4', IPv6: 'ff00::/8' };
