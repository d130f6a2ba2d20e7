import type { NftTool } from '../nftables/nft-tool.ts';

/** A table of this machine, `ip kube-proxy`. */
export type TableTitle = string & { readonly brand: 'TableTitle' };

/** Removes those of the named tables, of both families, that are there; returns them. Throws an `NftError`. */
export async function removeTables(tool: NftTool, names: readonly string[]): Promise<readonly TableTitle[]> {
  const wanted = new Set(names.flatMap((name) => [`ip ${name}`, `ip6 ${name}`]));
  const found: TableTitle[] = [];
  // Not `list tables`, for which nft reads all that is in them.
  for await (const line of tool.list(['ruleset'], 'frame')) {
    const title = /^table (\S+ \S+) \{/.exec(line)?.[1];
    if (title !== undefined && wanted.has(title)) found.push(title as TableTitle);
  }
  if (found.length > 0) await tool.apply(found.map((title) => `delete table ${title}\n`).join(''));
  return found;
}
