import { NftError, type NftTool } from '../nftables/nft-tool.ts';

export type Purpose = 'apply' | 'check';

/**
 * `apply` and `check` of a tool: one call after another, in their order, each when the one before has ended. A call that
 * fails does not hold up what follows.
 */
export function takingTurns(
  run: (commands: string, purpose: Purpose) => Promise<void>,
): Pick<NftTool, Purpose> {
  let lastTurn: Promise<unknown> = Promise.resolve();
  const inTurn = (purpose: Purpose) => (commands: string) => {
    const work = async () => {
      ensureWhole(commands);
      await run(commands, purpose);
    };
    const turn = lastTurn.then(work, work);
    lastTurn = turn;
    return turn;
  };
  return { apply: inTurn('apply'), check: inTurn('check') };
}

/** To nft a text ends at a NUL, and it would apply the part before. */
function ensureWhole(commands: string): void {
  if (commands.includes('\0')) throw new NftError('refused', 'the commands hold a NUL character');
}
