import { ToolError } from '../../backend/failure.ts';
import type { NftTool } from '../../nftables/nft-tool.ts';
import { nftCommand } from './nft-command.ts';
import { nftLibrary } from './nft-library.ts';

/** How transactions reach the kernel, and why by this method: a sentence that is logged at start. */
export interface NftToolChoice {
  readonly tool: NftTool;
  readonly reason: string;
}

/**
 * libnftables in this process where it is there, else the command. `method` forces one of the two; a forced library that
 * is not there throws a `ToolError`.
 */
export async function nftTool({
  method,
}: {
  readonly method?: NftTool['method'];
} = {}): Promise<NftToolChoice> {
  if (method === 'command') return { tool: nftCommand(), reason: 'nft by the command, as asked for' };
  const library = await nftLibrary();
  if ('tool' in library) return { tool: library.tool, reason: 'nft by libnftables.so.1 in this process' };
  if (method === 'library') throw new ToolError('missing', library.unavailable);
  const reason = `nft by the command, since ${library.unavailable}: each transaction costs a process`;
  return { tool: nftCommand(), reason };
}
