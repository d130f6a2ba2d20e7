import { NftError, type NftTool } from '../nftables/nft-tool.ts';

export type Purpose = 'apply' | 'check';

/** One call of nft. `isLast` tells whether no other waits. */
export type Run = (commands: string, purpose: Purpose, isLast: () => boolean) => Promise<void>;

/**
 * `apply` and `check` of a tool: one call after another, in their order, each when the one before has ended. A call
 * that fails does not hold up what follows; one that a signal interrupted is made again.
 */
export function takingTurns(run: Run): Pick<NftTool, Purpose> {
  let lastTurn: Promise<unknown> = Promise.resolve();
  const inTurn = (purpose: Purpose) => (commands: string) => {
    const work = async () => {
      ensureWhole(commands);
      await untilUninterrupted(() => run(commands, purpose, () => lastTurn === turn));
    };
    const turn = lastTurn.then(work, work);
    lastTurn = turn;
    return turn;
  };
  return { apply: inTurn('apply'), check: inTurn('check') };
}

const mostAttempts = 100;

/**
 * The kernel gives up checking a table when a signal is pending, such as the one for the end of a child, and takes the
 * whole transaction back.
 */
async function untilUninterrupted(run: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof NftError) || error.failure !== 'interrupted' || attempt === mostAttempts)
        throw error;
    }
  }
}

/** To nft a text ends at a NUL, and it would apply the part before. */
function ensureWhole(commands: string): void {
  if (commands.includes('\0')) throw new NftError('refused', 'the commands hold a NUL character');
}
