import { ToolError } from '../../backend/failure.ts';
import type { BatchSize, RestoreInput } from '../../iptables/restore-input.ts';
import type { RuleTool } from '../../iptables/rule-tool.ts';
import type { Family } from '../../net/family.ts';
import type { IptablesVariant } from '../../rules-text/iptables/variants.ts';
import { type Exited, runTool, toolLines } from '../run-tool.ts';
import { isRefusal, notPermitted, saysForbidden, saysUnable } from '../tool-words.ts';

/** Seconds to wait for the xtables lock, which every iptables-legacy command takes. */
const lockPatience = 5;

/** Measured (bench/README.md): each call costs by the chains that stand already, and by the square of its own. */
const nftBatchSize = 250;

/** iptables-save and iptables-restore of one family and variant on this machine. */
export function iptablesTool(family: Family, variant: IptablesVariant): RuleTool {
  const command = iptablesCommand(family, variant);
  return {
    batchSize: batchSize(variant),
    save: (signal) => save(`${command}-save`, signal),
    restore: (input, signal) =>
      variant === 'nft'
        ? restore(`${command}-restore`, input, signal)
        : inTurn(() => restore(`${command}-restore`, input, signal)),
  };
}

/** The program of a family and variant: those that save and restore have its name and `-save` or `-restore`. */
export function iptablesCommand(family: Family, variant: IptablesVariant): string {
  return `${family === 'IPv4' ? 'iptables' : 'ip6tables'}-${variant}`;
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

function save(command: string, signal: AbortSignal | undefined): AsyncIterable<string> {
  return toolLines(command, [], (end) => failureOf(command, end, 'save'), { signal });
}

async function restore(command: string, input: RestoreInput, signal: AbortSignal | undefined): Promise<void> {
  const args = ['--noflush', `--wait=${lockPatience}`];
  const end = await runTool(command, args, { input: inBlocks(input), signal });
  if (end.status !== 0) throw failureOf(command, end, 'restore');
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

function failureOf(command: string, { status, stderr }: Exited, request: 'save' | 'restore'): ToolError {
  const said = stderr.trim() || `it ended with status ${status} and gave no reason`;
  if (saysForbidden(said)) return new ToolError('permission', notPermitted(command, said));
  if (/xtables lock|lock file/.test(said))
    return new ToolError(
      'unable',
      `${command}: another program holds the xtables lock for more than ${lockPatience} s (${said})`,
    );
  const failure = saysUnable(said)
    ? 'unable'
    : request === 'restore' && isRefused(said)
      ? 'refused'
      : 'unknown';
  return new ToolError(failure, `${command}: ${said}`);
}

/**
 * iptables-nft gives the kernel's reason for a line (`line 5: RULE_APPEND failed (Invalid argument): …`), iptables-legacy only
 * the line, and both say at which line they do not understand a rule. A table that cannot be made ready is no rule's fault.
 */
function isRefused(said: string): boolean {
  if (said.includes('unable to initialize table')) return false;
  const reason = /line \d+: \S+ failed \((.*?)\)/.exec(said)?.[1];
  return reason === undefined ? /line \d+ failed|Error occurred at line: \d+/.test(said) : isRefusal(reason);
}
