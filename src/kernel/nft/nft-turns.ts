import { ToolError } from '../../backend/failure.ts';
import type { NftTool } from '../../nftables/nft-tool.ts';

export type Purpose = 'apply' | 'check' | 'echo';

/** What a call of nft is to mind. */
export interface Turn {
  readonly signal: AbortSignal | undefined;
  /** Whether no other waits. */
  readonly isLast: () => boolean;
}

/** One call of nft; resolves to what it printed. */
export type Run = (commands: string, purpose: Purpose, turn: Turn) => Promise<string>;

/**
 * `apply`, `applyEchoed` and `check` of a tool: one call after another, in their order, each when the one before has ended. A
 * call that fails does not hold up what follows.
 */
export function takingTurns(run: Run): Pick<NftTool, 'apply' | 'applyEchoed' | 'check'> {
  let lastTurn: Promise<unknown> = Promise.resolve();
  const inTurn = (purpose: Purpose, commands: string, signal: AbortSignal | undefined) => {
    const work = async (): Promise<string> => {
      signal?.throwIfAborted();
      ensureWhole(commands);
      return run(commands, purpose, { signal, isLast: (): boolean => lastTurn === turn });
    };
    const turn: Promise<string> = lastTurn.then(work, work);
    lastTurn = turn;
    return turn;
  };
  return {
    apply: async (commands, signal) => void (await inTurn('apply', commands, signal)),
    applyEchoed: (commands, signal) => inTurn('echo', commands, signal),
    check: async (commands, signal) => void (await inTurn('check', commands, signal)),
  };
}

/** To nft a text ends at a NUL, and it would apply the part before. */
function ensureWhole(commands: string): void {
  if (commands.includes('\0')) throw new ToolError('refused', 'the commands hold a NUL character');
}
