import { setImmediate } from 'node:timers/promises';
import { KeptSocket } from '../kept-socket.ts';
import { bodyOffset, headerLength, messageKinds, messagesOf } from '../messages.ts';
import { type Attributes, isLittle, textAttribute } from '../netlink-attributes.ts';
import { bindNetlinkSocket, type NetlinkSocket } from '../netlink-socket.ts';
import { familyNumbers, messageFlags, messageTypes, tableAttributes } from './kernel-numbers.ts';

/**
 * Requests to nf_tables by netlink that the kernel answers with one message each, 0.05 ms a request: nft 1.0 reads far
 * more than it is asked for. Their numbers stand in linux/netlink.h, linux/netfilter/nfnetlink.h and nf_tables.h.
 */

/** The families of tables that packets of IP pass. */
export type NftFamily = 'ip' | 'ip6' | 'inet';

export interface NfTablesRequest {
  readonly get: 'table' | 'chain' | 'rule' | 'set' | 'element' | 'generation';
  readonly family: NftFamily;
  /** Attributes. */
  readonly content: readonly Uint8Array[];
}

/** The attributes of the reply; or that there is no such thing, that this process may not ask, or that the kernel does not say. */
export type NfTablesReply = Attributes | 'absent' | 'forbidden' | 'unanswered';

/** Replies in the order of the requests; all are `unanswered` where netlink cannot be used. Changes nothing. */
export async function requestNfTables(
  requests: readonly NfTablesRequest[],
): Promise<readonly NfTablesReply[]> {
  const replies: NfTablesReply[] = requests.map(() => 'unanswered');
  if (requests.length === 0) return replies;
  await exchange(async (socket) => {
    for (let first = 0; first < requests.length; first += requestsAtOnce) {
      const asked = requests.slice(first, first + requestsAtOnce);
      await socket.send(Buffer.concat(asked.map((request, at) => message(request, first + at))));
      if (!(await receiveInto(replies, socket, asked.length))) return 'unanswered';
    }
    return 'answered';
  });
  return replies;
}

/** What names a table to nft: `ip portolan`. */
export interface NftTitle {
  readonly family: NftFamily;
  readonly name: string;
}

/** The tables that packets of IP pass, in the order of their making; `undefined` where netlink cannot be used. */
export async function listNfTables(): Promise<readonly NftTitle[] | undefined> {
  const listed = await listNfTablesParts({ get: 'table', content: [] });
  return listed?.flatMap(titlesOf);
}

/** Whether a table has sets or maps, those within rules included; `undefined` where netlink cannot be used. */
export async function hasSets({ family, name }: NftTitle): Promise<boolean | undefined> {
  const listed = await listNfTablesParts({
    get: 'set',
    family,
    content: [textAttribute(tableAttributes.name, name)],
  });
  return listed && listed.length > 0;
}

/** How many chains, sets, maps and other objects a table has; `undefined` where the kernel does not say. */
export async function sizeOf({ family, name }: NftTitle): Promise<number | undefined> {
  const [table] = await requestNfTables([
    { get: 'table', family, content: [textAttribute(tableAttributes.name, name)] },
  ]);
  const size = typeof table === 'object' ? table.find(tableAttributes.use) : undefined;
  return size?.bytes.readUInt32BE(size.start);
}

/** A number that changes with every transaction; `undefined` where the kernel does not say. */
export async function generation(): Promise<number | undefined> {
  const [reply] = await requestNfTables([{ get: 'generation', family: 'ip', content: [] }]);
  const id = typeof reply === 'object' ? reply.find(generationId) : undefined;
  return id?.bytes.readUInt32BE(id.start);
}

/** All that there is of a kind; `undefined` where netlink cannot be used or the kernel does not list it. */
export async function listNfTablesParts(request: Asked): Promise<readonly Attributes[] | undefined> {
  const listed: Attributes[] = [];
  const end = await dumpNfTables(request, (reply) => listed.push(reply.copied()));
  return end === 'whole' || end === 'changed' ? listed : undefined;
}

/** The kernel makes a datagram of a dump, of some hundred elements, while it is received; further ones wait for other work. */
const datagramsAtOnce = 8;

/**
 * How a dump ended: `changed` where the rules have changed meanwhile, so that something may be there twice or not at all; `absent`
 * where the kernel has no such table or set, `forbidden` where this process may not ask.
 */
export type DumpEnd = 'whole' | 'changed' | 'absent' | 'forbidden' | 'unanswered';

/** Passes on all that there is of a kind. A reply is a view that holds until `onReply` has returned. */
export async function dumpNfTables(
  request: Asked,
  onReply: (reply: Attributes) => void,
  signal?: AbortSignal,
): Promise<DumpEnd> {
  return await exchange(async (socket) => {
    await socket.send(message(request, 0, messageFlags.request | messageFlags.dump));
    const receiving = receiveDump(socket, onReply);
    for (let datagrams = 1; ; datagrams += 1) {
      if (datagrams % datagramsAtOnce === 0) await setImmediate();
      signal?.throwIfAborted();
      const { done, value } = receiving.next();
      if (done) return value;
    }
  });
}

/** The same for what is short, on a socket where nothing else is under way. Throws an `Error` where the kernel does not take it. */
export function dumpNow(
  socket: NetlinkSocket,
  request: Asked,
  onReply: (reply: Attributes) => void,
): DumpEnd {
  socket.sendNow(message(request, 0, messageFlags.request | messageFlags.dump));
  for (const receiving = receiveDump(socket, onReply); ; ) {
    const { done, value } = receiving.next();
    if (done) return value;
  }
}

/** Yields after each datagram. */
function* receiveDump(
  socket: NetlinkSocket,
  onReply: (reply: Attributes) => void,
): Generator<undefined, DumpEnd> {
  let hasChanged = false;
  for (;;) {
    const datagram = socket.receiveNow();
    if (datagram === undefined || datagram === 'overrun') return 'unanswered';
    for (const { type, flags: flag, errno, body } of messagesOf(datagram)) {
      hasChanged ||= (flag & dumpInterrupted) !== 0;
      if (type === messageKinds.done) return hasChanged ? 'changed' : 'whole';
      if (type === messageKinds.error) return endings.get(errno) ?? 'unanswered';
      onReply(body);
    }
    yield;
  }
}

const endings: ReadonlyMap<number, 'forbidden' | 'absent'> = new Map([
  [1, 'forbidden'], // EPERM
  [2, 'absent'], // ENOENT
]);

/** What names the table of a reply; nothing where packets of IP do not pass it. */
export function titlesOf(table: Attributes): readonly NftTitle[] {
  const family = nftFamilies.find((one) => familyNumbers[one] === table.bytes[table.start - familyOffset]);
  const name = table.find(tableAttributes.name);
  if (family === undefined || name === undefined) return [];
  return [{ family, name: name.bytes.toString('utf8', name.start, name.end).replace(/\0+$/, '') }];
}

/** The replies to so many find room at the socket: all of them wait there when the requests have been sent. */
const requestsAtOnce = 32;

/** Whether as many came as were expected. */
async function receiveInto(
  replies: NfTablesReply[],
  socket: NetlinkSocket,
  expected: number,
): Promise<boolean> {
  for (let received = 0; received < expected; ) {
    const datagram = await socket.receive();
    if (datagram === undefined) return false;
    // A copy: the next call writes into the same bytes.
    for (const { type, sequence, errno, body } of messagesOf(Buffer.from(datagram))) {
      received += 1;
      replies[sequence] = type === messageKinds.error ? (endings.get(errno) ?? 'unanswered') : body;
    }
  }
  return true;
}

/** Without a family it is about all of them. */
export type Asked = Omit<NfTablesRequest, 'family'> & { readonly family?: NftFamily };

/** `sequence` comes back with the reply. */
function message(
  { get, family, content }: Asked,
  sequence: number,
  flag: number = messageFlags.request,
): Uint8Array {
  const bytes = Buffer.concat([new Uint8Array(bodyOffset), ...content]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(0, bytes.byteLength, isLittle);
  view.setUint16(4, requestTypes[get], isLittle);
  view.setUint16(6, flag, isLittle);
  view.setUint32(8, sequence, isLittle);
  view.setUint8(headerLength, family === undefined ? 0 : familyNumbers[family]);
  return bytes;
}

/** Works with a socket, if there can be one. */
async function exchange<T extends string>(
  work: (socket: NetlinkSocket) => Promise<T | 'unanswered'>,
): Promise<T | 'unanswered'> {
  const open = await bound();
  if (open === undefined) return 'unanswered';
  kept ??= new KeptSocket(open);
  return await kept.exchange(work, (end) => end !== 'unanswered');
}

let kept: KeptSocket | undefined;

/** `undefined` where koffi, which calls the C library, does not work here. */
function bound(): Promise<(() => NetlinkSocket) | undefined> {
  return bindNetlinkSocket('netfilter').catch(() => undefined);
}

const requestTypes = {
  table: messageTypes.getTable,
  chain: messageTypes.getChain,
  rule: messageTypes.getRule,
  set: messageTypes.getSet,
  element: messageTypes.getElement,
  generation: messageTypes.getGeneration,
};
/** NLM_F_DUMP_INTR. */
const dumpInterrupted = 0x10;
const nftFamilies: readonly NftFamily[] = ['ip', 'ip6', 'inet'];
/** Before the attributes, in struct nfgenmsg. */
const familyOffset = bodyOffset - headerLength;
const generationId = 1;
