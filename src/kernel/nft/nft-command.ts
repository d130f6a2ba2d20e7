import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ExecaError, execa } from 'execa';
import { ToolError } from '../../backend/failure.ts';
import type { ListDetail, NftTool } from '../../nftables/nft-tool.ts';
import { type NftRequest, nftError } from './nft-failure.ts';
import { type Purpose, takingTurns } from './nft-turns.ts';

/** nft by its command: every call costs a process, about 10 ms. */
export function nftCommand(): NftTool {
  return { way: 'command', ...takingTurns(feed), list: listByCommand };
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
  if (folder === undefined) {
    yield* listByPipe(args, signal);
    return;
  }
  try {
    const path = join(folder, 'listing');
    await listIntoFile(path, args, signal);
    yield* linesOf(createReadStream(path));
  } catch (error) {
    throw asNftError(error, 'listing');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** By a descriptor: for a file by its name, execa would have the data pass through this process. */
async function listIntoFile(
  path: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await using file = await open(path, 'w');
  // Any descriptor will do, but execa's types know the first three only.
  const stdout = file.fd as 1;
  await execa('nft', args, { stdout, maxBuffer, ...cancelledBy(signal) });
}

/** Readable by its owner only; `undefined` where nothing can be written. */
function temporaryFolder(): Promise<string | undefined> {
  const parent = process.env.RUNTIME_DIRECTORY ?? tmpdir();
  return mkdtemp(join(parent, 'portolan-nft-')).catch(() => undefined);
}

async function* listByPipe(args: readonly string[], signal?: AbortSignal): AsyncIterable<string> {
  const subprocess = execa('nft', args, { buffer: { stdout: false }, maxBuffer, ...cancelledBy(signal) });
  // Where the reader stops early, nft ends as its output is closed, which is no fault.
  subprocess.catch(() => undefined);
  try {
    yield* linesOf(subprocess.stdout);
    await subprocess;
  } catch (error) {
    // The reader has had enough: nft writes to nobody then.
    if (error instanceof ExecaError && error.signal === 'SIGPIPE') return;
    throw asNftError(error, 'listing');
  }
}

function cancelledBy(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { cancelSignal: signal };
}

/** Bytes. nft repeats a line for every mistake in it; the first ones are enough, and it applies nothing then. */
const maxBuffer = { stderr: 1 << 16 };

/** Lines of execa would take several times as long. */
async function* linesOf(output: Readable): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of output.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line;
  }
  if (rest !== '') yield rest;
}

const listFlags: Readonly<Record<ListDetail, readonly string[]>> = {
  all: [],
  frame: ['--terse', '--handle'],
};

async function feed(commands: string, purpose: Purpose): Promise<void> {
  try {
    await execa('nft', [...flags[purpose], '-f', '-'], { input: commands, maxBuffer });
  } catch (error) {
    throw asNftError(error, 'change');
  }
}

const flags: Readonly<Record<Purpose, readonly string[]>> = { apply: [], check: ['--check'] };

function asNftError(error: unknown, request: NftRequest): ToolError {
  if (!(error instanceof ExecaError)) throw error;
  const { code, stderr, shortMessage } = error;
  if (code === 'ENOENT')
    return new ToolError(
      'missing',
      'the command nft is not on this machine; install nftables (Debian: apt-get install nftables)',
      { cause: error },
    );
  return nftError(String(stderr ?? '').trim() || shortMessage, request, 'line at fault');
}
