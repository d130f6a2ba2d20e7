import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ToolError } from '../../backend/failure.ts';
import { type Exited, linesOf, runTool, toolLines } from '../run-tool.ts';
import { nftError } from './nft-failure.ts';

/**
 * The lines of `nft list …`: what a large listing needs of memory is another process's. nft writes every few characters
 * apart, a million times for a hundred thousand elements: from a pipe each would wake this process, so it writes to a
 * file where it can.
 */
export async function* listByCommand(words: readonly string[], signal?: AbortSignal): AsyncIterable<string> {
  const args = ['list', ...words];
  const folder = await temporaryFolder();
  try {
    const path = folder && join(folder, 'listing');
    if (path !== undefined && (await listIntoFile(path, args, signal)))
      yield* linesOf(createReadStream(path));
    else yield* toolLines('nft', args, errorOf, { signal });
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * By a descriptor: for a file by its name, execa would have the data pass through this process. Tells whether the listing of a
 * table is there whole: nft (1.0.6) does not see that the file system is full, and ends in success.
 */
async function listIntoFile(
  path: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const file = await open(path, 'w+').catch(() => undefined);
  if (file === undefined) return false;
  try {
    const end = await runTool('nft', args, { output: file.fd, signal });
    if (end.status !== 0) throw errorOf(end);
    const { size } = await file.stat();
    const { buffer } = await file.read({ buffer: Buffer.alloc(2), position: Math.max(0, size - 2) });
    return buffer.toString() === '}\n';
  } finally {
    await file.close();
  }
}

/** Readable by its owner only; `undefined` where nothing can be written. */
function temporaryFolder(): Promise<string | undefined> {
  const parent = process.env.RUNTIME_DIRECTORY ?? tmpdir();
  return mkdtemp(join(parent, 'portolan-nft-')).catch(() => undefined);
}

function errorOf({ status, stderr }: Exited): ToolError {
  return nftError(stderr.trim() || `nft ended with status ${status} and gave no reason`);
}
