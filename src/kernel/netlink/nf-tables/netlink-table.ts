import { ToolError } from '../../../backend/failure.ts';
import type { KernelTable, TableTitle } from '../../../nftables/kernel-table.ts';
import { tableName } from '../../../nftables/names.ts';
import { bindNetfilterSocket, type NetfilterSocket } from '../netlink-socket.ts';
import { tableAttributes } from './kernel-numbers.ts';
import { readKernelTable } from './read/read-table.ts';
import { generation, requestNfTables, textAttribute } from './requests.ts';
import { failureOf, readAnswers } from './transaction-answers.ts';
import { type Batch, BatchWriter } from './write/batch.ts';

/**
 * A table by nf_tables' own messages, on one socket. Transactions take turns: one after another, in their order. Throws a
 * `ToolError` where this process cannot open the socket.
 */
export async function openNetlinkTable(title: TableTitle): Promise<KernelTable> {
  const socket = await openSocket();
  const writer = new BatchWriter(title);
  const checker = new BatchWriter({ ...title, name: `${tableName}-check` });
  const inTurn = takingTurns();
  return {
    apply: (transaction, signal) => inTurn(() => send(socket, writer.write(transaction), signal)),
    check: (transaction, signal) => inTurn(() => send(socket, checker.write(transaction, 'check'), signal)),
    read: (reading) => readKernelTable(title, reading),
    generation,
  };
}

/** Removes a table; tells whether it was there. Throws a `ToolError` where it may still be. */
export async function deleteTable(family: TableTitle['family'], name: string): Promise<boolean> {
  const [found] = await requestNfTables([
    { get: 'table', family, content: [textAttribute(tableAttributes.name, name)] },
  ]);
  if (found === 'absent') return false;
  const table = await openNetlinkTable({ family, name, declaration: () => undefined });
  await table.apply([{ kind: 'delete-table' }]);
  return true;
}

async function openSocket(): Promise<NetfilterSocket> {
  try {
    return (await bindNetfilterSocket())();
  } catch (error) {
    throw new ToolError(
      'missing',
      `nf_tables cannot be reached: ${error instanceof Error ? error.message : error}`,
      {
        cause: error,
      },
    );
  }
}

/** A call that fails does not hold up what follows. */
function takingTurns(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };
}

/**
 * Bytes that the kernel works through on this thread: some hundred elements, in less than 1 ms; another thread would add
 * 0.06 ms to each call.
 */
const smallBatch = 1 << 13;

async function send(socket: NetfilterSocket, batch: Batch, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  try {
    socket.makeRoom(batch.bytes.length);
    if (batch.bytes.length <= smallBatch) socket.sendNow(batch.bytes);
    else await socket.send(batch.bytes);
  } catch (error) {
    throw new ToolError('unable', error instanceof Error ? error.message : String(error), { cause: error });
  }
  const failure = failureOf(readAnswers(socket), batch);
  if (failure !== undefined) throw failure;
}
