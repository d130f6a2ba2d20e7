import { Readable } from 'node:stream';
import { ExecaError, execa } from 'execa';
import type { BatchSize, RestoreInput } from '../../iptables/restore-input.ts';
import { RestoreError, type RestoreFailure, type RuleTool } from '../../iptables/rule-tool.ts';
import type { Family } from '../../net/family.ts';
import type { IptablesVariant } from '../../rules-text/iptables/iptables-variants.ts';

/** Seconds to wait for the xtables lock, which every iptables-legacy command takes. */
const lockPatience = 5;

/** Measured (bench/README.md): each call costs by the chains that stand already, and by the square of its own. */
const nftBatchSize = 250;

/** iptables-save and iptables-restore of one family and variant on this machine. */
export function iptablesTool(family: Family, variant: IptablesVariant): RuleTool {
  const command = `${family === 'IPv4' ? 'iptables' : 'ip6tables'}-${variant}`;
  return {
    batchSize: batchSize(variant),
    save: () => save(`${command}-save`),
    restore: (input) =>
      variant === 'nft'
        ? restore(`${command}-restore`, input)
        : inTurn(() => restore(`${command}-restore`, input)),
  };
}

let lastTurn: Promise<unknown> = Promise.resolve();

/** The xtables lock is one for both families: large changes of one would make the other give up waiting. */
function inTurn(work: () => Promise<void>): Promise<void> {
  const turn = lastTurn.then(work, work);
  lastTurn = turn;
  return turn;
}

function batchSize(variant: IptablesVariant): BatchSize {
  return variant === 'nft' ? nftBatchSize : 'all';
}

async function* save(command: string): AsyncIterable<string> {
  const subprocess = execa(command, { buffer: { stdout: false } });
  try {
    yield* subprocess;
    await subprocess;
  } catch (error) {
    throw asRestoreError(command, error);
  }
}

async function restore(command: string, input: RestoreInput): Promise<void> {
  try {
    await execa(command, ['--noflush', `--wait=${lockPatience}`], { input: Readable.from(inBlocks(input)) });
  } catch (error) {
    throw asRestoreError(command, error);
  }
}

/** Many small writes cost more than the rules themselves. */
function* inBlocks(input: RestoreInput): Iterable<string> {
  let block = '';
  for (const text of input) {
    block += text;
    if (block.length >= 1 << 16) {
      yield block;
      block = '';
    }
  }
  if (block !== '') yield block;
}

function asRestoreError(command: string, error: unknown): RestoreError {
  if (!(error instanceof ExecaError)) throw error;
  const failure = failureOf(error);
  return new RestoreError(failure, `${command}: ${describe(failure, error)}`, { cause: error });
}

function failureOf({ code, stderr }: ExecaError): RestoreFailure {
  const said = String(stderr ?? '');
  if (code === 'ENOENT') return 'missing';
  if (code === 'EACCES' || /Permission denied|must be root|Operation not permitted/.test(said))
    return 'permission';
  if (/xtables lock|lock file/.test(said)) return 'locked';
  return 'refused';
}

function describe(failure: RestoreFailure, { stderr, shortMessage }: ExecaError): string {
  const said = String(stderr ?? '').trim();
  switch (failure) {
    case 'missing':
      return 'not on this machine; install iptables (Debian: apt-get install iptables)';
    case 'permission':
      return `not permitted; it needs root or the capability CAP_NET_ADMIN (${said || shortMessage})`;
    case 'locked':
      return `another program holds the xtables lock for more than ${lockPatience} s (${said})`;
    case 'refused':
      return said || shortMessage;
  }
}
