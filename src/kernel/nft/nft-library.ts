import type { NftTool } from '../../nftables/nft-tool.ts';
import { bindLibnftables, type Libnftables } from './nft-binding.ts';
import { feed, listByCommand } from './nft-command.ts';
import { nftError } from './nft-failure.ts';
import { takingTurns } from './nft-turns.ts';

/** The library, or in words why it cannot be used. */
export type NftLibrary = { readonly tool: NftTool } | { readonly unavailable: string };

/**
 * libnftables in this process: a small transaction takes about 0.1 ms. It is loaded once, and all callers take turns:
 * neither a context nor the library's own variables are made for two threads at a time.
 */
export function nftLibrary(): Promise<NftLibrary> {
  library ??= openLibrary();
  return library;
}

let library: Promise<NftLibrary> | undefined;

async function openLibrary(): Promise<NftLibrary> {
  try {
    return { tool: toolOf(await bindLibnftables()) };
  } catch (error) {
    return { unavailable: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * One context serves as long as the process: libnftables 1.0.6 keeps nothing of a call, taken or refused, once the next
 * one has changed something (bytes in use, measured over 10,000 calls of each kind).
 */
function toolOf(nftables: Libnftables): NftTool {
  const context = nftables.newContext(0);
  nftables.bufferErrors(context);
  let hasLarge = false;
  const turns = takingTurns(async (commands, purpose, { isLast, signal }) => {
    if (purpose === 'echo') return feed(commands, purpose, { signal });
    nftables.setDryRun(context, purpose === 'check');
    // The kernel takes some 8 ms to drop what it was only asked about.
    const atOnce = purpose === 'apply' && commands.length <= smallText;
    const status = atOnce ? nftables.run(context, commands) : await nftables.runOnThread(context, commands);
    const said = nftables.takeErrors(context);
    hasLarge ||= commands.length >= largeText;
    if (hasLarge && isLast()) {
      hasLarge = false;
      await nftables.trimMemory();
    }
    if (status !== 0) throw nftError(said, 'change', isOneLine(commands) ? 'line at fault' : 'first line');
    return '';
  });
  return { method: 'library', ...turns, list: listByCommand };
}

/** Characters that run on the event loop, for less than 1 ms; a thread would add 0.06 ms to each call. */
const smallText = 4096;

/**
 * Characters from which memory is given back, once nothing else waits. A text needs some 50 times its size, and each of
 * glibc's heaps, one a thread, keeps that: 100 MB after ten batches of 10,000 elements.
 */
const largeText = 1 << 16;

function isOneLine(text: string): boolean {
  return !text.trimEnd().includes('\n');
}
