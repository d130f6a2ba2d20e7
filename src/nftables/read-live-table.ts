import { ToolError } from '../backend/failure.ts';
import type { Family } from '../net/family.ts';
import { tableName } from './names.ts';
import type { NftTool } from './nft-tool.ts';
import { nftFamily } from './nftables-options.ts';
import { TableReader } from './table/read-table.ts';
import { emptyTable, type Table } from './table/table.ts';

/** The words that name Portolan's table of this family to nft. */
export function tableWords(family: Family): readonly string[] {
  return ['table', nftFamily(family), tableName];
}

/** The table that stands in the kernel; an empty one where there is none. Throws a `ToolError`. */
export async function readLiveTable(tool: NftTool, family: Family, signal?: AbortSignal): Promise<Table> {
  const reader = new TableReader();
  try {
    for await (const line of tool.list(tableWords(family), 'all', signal)) reader.line(line);
  } catch (error) {
    if (error instanceof ToolError && error.failure === 'absent') return emptyTable;
    throw error;
  }
  return reader.table;
}
