import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ToolError } from '../../backend/failure.ts';
import type { ListDetail, NftTool } from '../../nftables/nft-tool.ts';
import { type Exited, linesOf, runTool, toolLines } from '../run-tool.ts';
import { type NftRequest, nftError } from './nft-failure.ts';
import { type Purpose, takingTurns } from './nft-turns.ts';

/** nft by its command: every call costs a process, about 10 ms. */
export function nftCommand(): NftTool {
  return { method: 'command', ...takingTurns(feed), list: listByCommand };
}

/**
 * The lines of `nft list …`: what a large listing needs of memory is another process's. nft writes every few characters
 * apart, a million times for a hundred thousand elements: from a pipe each would wake this process, so it writes to a
 * file where it can.
 */
export async function* listByCommand(
  words: readonly string[],
  detail: ListDetail = 'all',
  signal?: AbortSignal,
): AsyncIterable<string> {
  const args = [...listFlags[detail], 'list', ...words];
  const folder = detail === 'all' ? await temporaryFolder() : undefined;
  try {
    const path = folder && join(folder, 'listing');
    if (path !== undefined && (await listIntoFile(path, args, signal)))
      yield* linesOf(createReadStream(path));
    else yield* toolLines('nft', args, (end) => errorOf(end, 'listing'), { signal });
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
    if (end.status !== 0) throw errorOf(end, 'listing');
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

const listFlags: Readonly<Record<ListDetail, readonly string[]>> = {
  all: [],
  schema: ['--terse', '--handle'],
};

/** One call with these commands; resolves to what nft printed. */
export async function feed(
  commands: string,
  purpose: Purpose,
  {
    signal,
    request = 'change',
  }: { readonly signal?: AbortSignal | undefined; readonly request?: NftRequest } = {},
): Promise<string> {
  const end = await runTool('nft', [...flags[purpose], '-f', '-'], { input: commands, signal });
  if (end.status !== 0) throw errorOf(end, request);
  return end.stdout;
}

const flags: Readonly<Record<Purpose, readonly string[]>> = {
  apply: [],
  check: ['--check'],
  echo: ['--echo', '--handle'],
};

function errorOf({ status, stderr }: Exited, request: NftRequest): ToolError {
  return nftError(
    stderr.trim() || `nft ended with status ${status} and gave no reason`,
    request,
    'line at fault',
  );
}
