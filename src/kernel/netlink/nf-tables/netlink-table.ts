import type { KernelTable, TableTitle } from '../../../nftables/kernel-table.ts';
import { tableName } from '../../../nftables/names.ts';
import type { TableCounters } from '../../../nftables/table-counters.ts';
import { textAttribute } from '../netlink-attributes.ts';
import type { NetlinkSocket } from '../netlink-socket.ts';
import { boundSocket, unableTo } from './bound-socket.ts';
import { readCounters } from './counters/read-counters.ts';
import { tableAttributes } from './kernel-numbers.ts';
import { OwnTransactions } from './own-transactions.ts';
import { readKernelTable } from './read/read-table.ts';
import { generation, requestNfTables } from './requests.ts';
import { failureOf, readAnswers } from './transaction-answers.ts';
import { BatchWriter } from './write/batch.ts';
import type { Batch } from './write/written-batch.ts';

/**
 * A table by nf_tables' own messages. Its transactions have one socket, which is opened for the first, and are applied in their
 * order. Throws a `ToolError` where this process cannot open such sockets.
 */
export async function openNetlinkTable(title: TableTitle): Promise<KernelTable> {
  const open = await boundSocket();
  let socket: NetlinkSocket | undefined;
  const sendOne = (batch: Batch) => {
    socket ??= open();
    return send(socket, batch);
  };
  const writer = new BatchWriter(title);
  const checker = new BatchWriter({ ...title, name: `${tableName}-check` });
  return {
    apply: (transaction, signal) => own.apply(() => writer.write(transaction), sendOne, signal),
    check: (transaction, signal) => own.check(() => checker.write(transaction, 'check'), sendOne, signal),
    read: (reading) => readKernelTable(title, reading),
    generation,
    isOursSince: (since) => own.isOursSince(since),
  };
}

/** Of all tables: the kernel counts the transactions of a network namespace. */
const own = new OwnTransactions();

/** The counters of a table by the same messages. Throws a `ToolError` as above. */
export async function openNetlinkCounters(title: TableTitle): Promise<TableCounters> {
  await boundSocket();
  return { read: (questions, signal) => readCounters(title, questions, signal) };
}

/** Removes a table; tells whether it was there. Throws a `ToolError` where it may still be. */
export async function deleteTable(family: TableTitle['family'], name: string): Promise<boolean> {
  const [found] = await requestNfTables([
    { get: 'table', family, content: [textAttribute(tableAttributes.name, name)] },
  ]);
  if (found === 'absent') return false;
  using socket = (await boundSocket())();
  const writer = new BatchWriter({ family, name, declaration: () => undefined });
  await send(socket, writer.write([{ kind: 'delete-table' }]));
  return true;
}

/**
 * Bytes that the kernel works through on this thread: some hundred elements, in less than 1 ms; another thread would add
 * 0.06 ms to each call.
 */
const smallBatch = 1 << 13;

async function send(socket: NetlinkSocket, batch: Batch): Promise<void> {
  try {
    socket.makeRoom(batch.bytes.length);
    if (batch.bytes.length <= smallBatch) socket.sendNow(batch.bytes);
    else await socket.send(batch.bytes);
  } catch (error) {
    throw unableTo(error);
  }
  const failure = failureOf(readAnswers(socket), batch);
  if (failure !== undefined) throw failure;
}
