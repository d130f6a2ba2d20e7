import { ExecaError, execa } from 'execa';
import { type ListDetail, NftError, type NftTool } from '../nftables/nft-tool.ts';
import { type NftRequest, nftError } from './nft-failure.ts';
import { type Purpose, takingTurns } from './nft-turns.ts';

/** nft by its command: every call costs a process, about 10 ms. */
export function nftCommand(): NftTool {
  return { way: 'command', ...takingTurns(feed), list: listByCommand };
}

/** The lines of `nft list …` as they come: what a large listing needs of memory is another process's. */
export async function* listByCommand(
  words: readonly string[],
  detail: ListDetail = 'all',
): AsyncIterable<string> {
  const subprocess = execa('nft', [...listFlags[detail], 'list', ...words], {
    buffer: { stdout: false },
    maxBuffer,
  });
  try {
    yield* subprocess;
    await subprocess;
  } catch (error) {
    // The reader has had enough: nft writes to nobody then.
    if (error instanceof ExecaError && error.signal === 'SIGPIPE') return;
    throw asNftError(error, 'listing');
  }
}

/** Bytes. nft repeats a line for every mistake in it; the first ones are enough, and it applies nothing then. */
const maxBuffer = { stderr: 1 << 16 };

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

function asNftError(error: unknown, request: NftRequest): NftError {
  if (!(error instanceof ExecaError)) throw error;
  const { code, stderr, shortMessage } = error;
  if (code === 'ENOENT')
    return new NftError(
      'missing',
      'the command nft is not on this machine; install nftables (Debian: apt-get install nftables)',
      { cause: error },
    );
  return nftError(String(stderr ?? '').trim() || shortMessage, request, 'line at fault');
}
