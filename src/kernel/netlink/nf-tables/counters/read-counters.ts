import { setImmediate } from 'node:timers/promises';
import once from 'lodash/once.js';
import { ToolError } from '../../../../backend/failure.ts';
import type { TableTitle } from '../../../../nftables/kernel-table.ts';
import { dispatchSets, type FixedSet, slotMaps } from '../../../../nftables/names.ts';
import type { CounterQuestion } from '../../../../nftables/table-counters.ts';
import { notPermitted } from '../../../tool-words.ts';
import { KeptSocket } from '../../kept-socket.ts';
import { type Attributes, textAttribute } from '../../netlink-attributes.ts';
import { boundSocket } from '../bound-socket.ts';
import { kernelForm, readDeclaration, readKernelForm } from '../declared-set.ts';
import { setAttributes, tableAttributes } from '../kernel-numbers.ts';
import { type NfTablesReply, requestNfTables } from '../requests.ts';
import { CounterAnswers } from './counter-answers.ts';
import { RequestForm } from './element-requests.ts';

/**
 * Answers the questions by their keys; tells whether there is such a table. To ask for each of 100,000 elements takes the kernel a
 * third of what a dump of them does: for each datagram of a dump, it goes through the map from its beginning. A map of another form
 * than ours has nothing of what is asked. Throws a `ToolError`.
 */
export async function readCounters(
  title: TableTitle,
  questions: Iterable<CounterQuestion>,
  signal?: AbortSignal,
): Promise<boolean> {
  const forms = await requestForms(title);
  if (forms === undefined) return false;
  const kept = await keptSocket();
  return await kept.exchange(
    async (socket) => {
      for (const _ of new CounterAnswers(socket, title, forms).answer(questions)) {
        await setImmediate();
        signal?.throwIfAborted();
      }
      return true;
    },
    () => true,
  );
}

/** Scrapes come again and again. */
const keptSocket = once(async () => new KeptSocket(await boundSocket()));

/** Of the maps that are there and of our form; `undefined` where there is no table. */
async function requestForms({
  family,
  name,
  declaration,
}: TableTitle): Promise<ReadonlyMap<FixedSet, RequestForm> | undefined> {
  const maps = [...dispatchSets, ...slotMaps];
  const named = maps.map((map) => [
    textAttribute(setAttributes.table, name),
    textAttribute(setAttributes.name, map),
  ]);
  const [table, ...found] = await requestNfTables([
    { get: 'table', family, content: [textAttribute(tableAttributes.name, name)] },
    ...named.map((content) => ({ get: 'set' as const, family, content })),
  ]);
  if (ifThere(table) === undefined) return undefined;
  const forms = new Map<FixedSet, RequestForm>();
  for (const [index, map] of maps.entries()) {
    const set = ifThere(found[index]);
    const wanted = declaration(map);
    if (set === undefined || wanted === undefined) continue;
    const declared = readDeclaration(wanted, family);
    if (readKernelForm(set) === kernelForm(declared))
      forms.set(map, new RequestForm({ family, name }, declared));
  }
  return forms;
}

/** What the kernel says of it; `undefined` where it is not there. Throws a `ToolError` where the kernel does not say. */
function ifThere(reply: NfTablesReply = 'unanswered'): Attributes | undefined {
  if (reply === 'forbidden') throw new ToolError('permission', notPermitted('nf_tables', 'EPERM'));
  if (reply === 'unanswered') throw new ToolError('unable', 'the kernel does not list the table');
  return reply === 'absent' ? undefined : reply;
}
