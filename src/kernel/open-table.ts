import type { Family } from '../net/family.ts';
import type { KernelTable } from '../nftables/kernel-table.ts';
import { tableTitle } from '../nftables/table/table-title.ts';
import { openNetlinkTable } from './netlink/nf-tables/netlink-table.ts';
import { nftablesSkeleton } from './rule-files.ts';

/** Portolan's table of a family in the kernel, whether it is there or not. Throws a `ToolError` where netlink cannot be used. */
export function openTable(family: Family): Promise<KernelTable> {
  return openNetlinkTable(tableTitle(nftablesSkeleton(), family));
}
