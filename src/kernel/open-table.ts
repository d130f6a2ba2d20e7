import type { Family } from '../net/family.ts';
import type { KernelTable } from '../nftables/kernel-table.ts';
import { tableTitle } from '../nftables/table/table-title.ts';
import type { TableCounters } from '../nftables/table-counters.ts';
import { openNetlinkCounters, openNetlinkTable } from './netlink/nf-tables/netlink-table.ts';
import { nftablesSkeleton } from './rule-files.ts';

/** Portolan's table of a family in the kernel, whether it is there or not. Throws a `ToolError` where netlink cannot be used. */
export function openTable(family: Family): Promise<KernelTable> {
  return openNetlinkTable(tableTitle(nftablesSkeleton(), family));
}

/** The counters of that table. Throws as above. */
export function openCounters(family: Family): Promise<TableCounters> {
  return openNetlinkCounters(tableTitle(nftablesSkeleton(), family));
}
