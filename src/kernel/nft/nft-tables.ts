import { ToolError } from '../../backend/failure.ts';
import type { Family } from '../../net/family.ts';
import type { NftTool } from '../../nftables/nft-tool.ts';
import { nftFamily } from '../../nftables/nftables-options.ts';

/** A table of this machine, `ip kube-proxy`. */
export type TableTitle = string & { readonly brand: 'TableTitle' };

/** Removes those of the named tables of these families that are there; returns them. Throws a `ToolError`. */
export async function removeTables(
  tool: NftTool,
  names: readonly string[],
  families: readonly Family[],
): Promise<readonly TableTitle[]> {
  const removed: TableTitle[] = [];
  for (const title of names.flatMap((name) => families.map((family) => `${nftFamily(family)} ${name}`))) {
    if (await remove(tool, title)) removed.push(title as TableTitle);
  }
  return removed;
}

/**
 * Without a look at what is there: even for `list tables` nft reads all tables, those of iptables-nft too, which takes
 * minutes where they hold 100,000 chains.
 */
async function remove(tool: NftTool, title: string): Promise<boolean> {
  try {
    await tool.apply(`delete table ${title}\n`);
    return true;
  } catch (error) {
    if (error instanceof ToolError && error.failure === 'refused') return false;
    throw error;
  }
}
