import { getSystemErrorMessage } from 'node:util';
import type { ConntrackTable, Flow, FlowProtocol } from '../../conntrack/flow.ts';
import type { Family } from '../../net/family.ts';
import { KeptSocket } from '../netlink/kept-socket.ts';
import type { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { notPermitted } from '../tool-words.ts';
import { AnswerReader, deletion, listRequest } from './conntrack-messages.ts';

/** The table by ctnetlink: each entry is deleted by its key, where the command would search the whole table for it. */
export function conntrackNetlink(open: () => NetlinkSocket): ConntrackTable {
  const kept = new KeptSocket(open);
  const isOver = () => true;
  return {
    deleteFlows: (family, protocols, isStale) =>
      kept.exchange(async (socket) => {
        const deletions = await listStale(socket, family, protocols, isStale);
        return await deleteAll(socket, family, deletions);
      }, isOver),
  };
}

/** The requests that delete the flows. */
async function listStale(
  socket: NetlinkSocket,
  family: Family,
  protocols: readonly FlowProtocol[],
  isStale: (flow: Flow) => boolean,
): Promise<readonly Uint8Array[]> {
  const reader = new AnswerReader(family);
  const deletions: Uint8Array[] = [];
  await socket.send(listRequest(family, protocols));
  for (;;) {
    const datagram = await socket.receive();
    if (datagram === undefined) throw new Error('the kernel broke off the list of flows');
    for (const answer of reader.read(datagram)) {
      if (answer.kind === 'end') return deletions;
      if (answer.kind === 'error') throw failure(answer.errno);
      if (answer.kind === 'entry' && protocols.includes(answer.flow.protocol) && isStale(answer.flow))
        deletions.push(deletion(family, answer.key));
    }
  }
}

/** Requests that are sent together: should all of them fail, the answers find room at the socket. */
const requestsAtOnce = 64;

async function deleteAll(
  socket: NetlinkSocket,
  family: Family,
  deletions: readonly Uint8Array[],
): Promise<number> {
  const reader = new AnswerReader(family);
  let deleted = 0;
  for (let at = 0; at < deletions.length; at += requestsAtOnce) {
    const requests = deletions.slice(at, at + requestsAtOnce);
    await socket.send(Buffer.concat(requests));
    deleted += requests.length - (await countEnded(socket, reader));
  }
  return deleted;
}

/** How many of the flows had ended by themselves. */
async function countEnded(socket: NetlinkSocket, reader: AnswerReader): Promise<number> {
  let ended = 0;
  for (;;) {
    const datagram = await socket.receive();
    if (datagram === undefined) return ended;
    for (const answer of reader.read(datagram)) {
      if (answer.kind !== 'error') continue;
      if (answer.errno !== ENOENT) throw failure(answer.errno);
      ended += 1;
    }
  }
}

const [EPERM, ENOENT] = [1, 2];

function failure(errno: number): Error {
  const said = getSystemErrorMessage(-errno);
  return new Error(
    errno === EPERM ? notPermitted('conntrack', said) : `the kernel keeps back its flows: ${said}`,
  );
}
