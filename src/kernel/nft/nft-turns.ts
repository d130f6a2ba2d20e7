import { ToolError } from '../../backend/failure.ts';
import type { NftTool } from '../../nftables/nft-tool.ts';

export type Purpose = 'apply' | 'check';

/** One call of nft. `isLast` tells whether no other waits. */
export type Run = (commands: string, purpose: Purpose, isLast: () => boolean) => Promise<void>;

/**
 * `apply` and `check` of a tool: one call after another, in their order, each when the one before has ended. A call
 * that fails does not hold up what follows.
 */
export function takingTurns(run: Run): Pick<NftTool, Purpose> {
  let lastTurn: Promise<unknown> = Promise.resolve();
  const inTurn = (purpose: Purpose) => (commands: string) => {
    const work = async () => {
      ensureWhole(commands);
      await run(commands, purpose, () => lastTurn === turn);
    };
    const turn = lastTurn.then(work, work);
    lastTurn = turn;
    return turn;
  };
  return { apply: inTurn('apply'), check: inTurn('check') };
}

/** To nft a text ends at a NUL, and it would apply the part before. */
function ensureWhole(commands: string): void {
  if (commands.includes('\0')) throw new ToolError('refused', 'the commands hold a NUL character');
}
