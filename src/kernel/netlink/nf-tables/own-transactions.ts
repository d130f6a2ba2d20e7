import { hasFailed } from '../../../backend/failure.ts';
import { generation } from './requests.ts';
import { anyGeneration, type Batch } from './write/written-batch.ts';

/** Gives a batch to the kernel. Rejects with a `ToolError`. */
export type Send = (batch: Batch) => Promise<void>;

/**
 * The transactions of this process, one after another. Each requires the generation of the rules that the one before has made, and
 * the kernel takes it upon no other (NFNL_BATCH_GENID, in net/netfilter/nfnetlink.c). So it is known, and nothing has to be read
 * for it, whether another program's have come in between.
 */
export class OwnTransactions {
  #last: Promise<unknown> = Promise.resolve();
  #ours: Generations | undefined;

  /** Applies a transaction, which is written when its turn comes: a writer has one buffer. Rejects as `send` does. */
  apply(write: () => Batch, send: Send, signal: AbortSignal | undefined): Promise<void> {
    return this.#inTurn(async () => {
      signal?.throwIfAborted();
      this.#ours ??= await generationsFromNow();
      await this.#sendUponOurs(write(), send);
    });
  }

  /** Has the kernel look at a transaction, in turn; that changes nothing. */
  check(write: () => Batch, send: Send, signal: AbortSignal | undefined): Promise<void> {
    return this.#inTurn(async () => {
      signal?.throwIfAborted();
      await send(write());
    });
  }

  /** Whether there were no others since that generation. */
  isOursSince(since: number): Promise<boolean> {
    return this.#inTurn(async () => {
      const now = await generation();
      if (now === undefined) return false;
      return now === since || (now === this.#ours?.last && since >= this.#ours.first);
    });
  }

  async #sendUponOurs(batch: Batch, send: Send): Promise<void> {
    batch.requireGeneration(this.#ours?.last ?? anyGeneration);
    try {
      await send(batch);
      this.#ours &&= { ...this.#ours, last: nextGeneration(this.#ours.last) };
    } catch (error) {
      if (!hasFailed(error, 'interrupted')) throw error;
      batch.requireGeneration(anyGeneration);
      await send(batch);
      this.#ours = await generationsFromNow();
    }
  }

  /** One that fails does not hold up what follows. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn;
    return turn;
  }
}

/** From the first to the last, each was made by a transaction of this process, but for the first. */
interface Generations {
  readonly first: number;
  readonly last: number;
}

async function generationsFromNow(): Promise<Generations | undefined> {
  const now = await generation();
  return now === undefined ? undefined : { first: now, last: now };
}

/** The kernel counts in 32 bits, and leaves 0 out (nf_tables_commit in net/netfilter/nf_tables_api.c). */
function nextGeneration(generation: number): number {
  return (generation + 1) >>> 0 || 1;
}
