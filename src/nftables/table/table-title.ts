import type { Family } from '../../net/family.ts';
import { clientSet } from '../content/affinity-chains.ts';
import type { TableTitle } from '../kernel-table.ts';
import { isClientSet, tableName } from '../names.ts';
import { nftFamily } from '../nftables-options.ts';
import { skeletonTable } from './skeleton-table.ts';

/** Portolan's table of a family; `skeletonText` is rules/nftables/skeleton.nft. */
export function tableTitle(skeletonText: string, family: Family): TableTitle {
  const { sets } = skeletonTable(skeletonText, { family, ...whatever });
  return {
    family: nftFamily(family),
    name: tableName,
    declaration: (set) => (isClientSet(set) ? clientSet(set, { family }) : sets.get(set)),
  };
}

/** Options change chains, but no map or set. */
const whatever = {
  masqueradeBit: 0,
  masqueradeAll: false,
  localDetector: undefined,
  nodePortAddresses: [],
  serviceCIDRs: [],
} as const;
