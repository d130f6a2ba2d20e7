import { getSystemErrorMap } from 'node:util';
import { type Failure, ToolError } from '../../../backend/failure.ts';
import { notPermitted } from '../../tool-words.ts';
import type { NetfilterSocket } from '../netlink-socket.ts';
import { bytesOf, textOf } from './attributes.ts';
import { headerLength, type Message, messageKinds, messagesOf } from './messages.ts';
import { hostNumber } from './value-bytes.ts';
import type { Batch } from './write/written-batch.ts';

/** What the kernel says of one message of a batch. */
export interface Answer {
  /** The message: its place in the batch. */
  readonly sequence: number;
  /** As in errno.h; 0 where it was taken. */
  readonly errno: number;
  /** The kernel's own words, of some errors. */
  readonly words: string | undefined;
  /** Where in the message the attribute stands that is at fault. */
  readonly offset: number | undefined;
}

/** All answers to a batch: they wait at the socket when it has been sent. */
export function readAnswers(socket: NetfilterSocket): readonly Answer[] {
  const answers: Answer[] = [];
  for (;;) {
    const datagram = socket.receiveNow();
    if (datagram === undefined) return answers;
    // Where the kernel refuses hundreds of parts, not all of its answers find room.
    if (datagram === 'overrun') continue;
    const errors = messagesOf(datagram).filter(({ type }) => type === messageKinds.error);
    answers.push(...errors.map(answerOf));
  }
}

/** struct nlmsgerr: the error, the header of the message it is about, and then what linux/netlink.h calls NLMSGERR_ATTR_*. */
function answerOf({ sequence, errno, flags, body }: Message): Answer {
  const more = (flags & NLM_F_ACK_TLVS) === 0 ? undefined : body.behind(headerLength);
  const offset = bytesOf(more?.find(NLMSGERR_ATTR_OFFS));
  return {
    sequence,
    errno,
    words: textOf(more?.find(NLMSGERR_ATTR_MSG)),
    offset: offset === undefined ? undefined : hostNumber(offset),
  };
}

/** The failure of a transaction, which names what is refused first; `undefined` where all of it was taken. */
export function failureOf(answers: readonly Answer[], batch: Batch): ToolError | undefined {
  const errors = answers.filter(({ errno }) => errno !== 0);
  const [first] = errors;
  if (first !== undefined) return errorOf(first, errors, batch);
  return answers.length > 0
    ? undefined
    : new ToolError('unknown', 'the kernel does not answer a transaction');
}

function errorOf(first: Answer, errors: readonly Answer[], batch: Batch): ToolError {
  const failure = kindOf(first.errno);
  const said = `${messageOf(first.errno)}${first.words === undefined ? '' : `: ${first.words}`}`;
  if (failure === 'permission') return forbidden(first, said, batch);
  const others = errors.length - 1;
  const more = others === 0 ? '' : `; and ${others} more`;
  return new ToolError(failure, `${said}, at ${batch.subjectAt(first.sequence, first.offset)}${more}`);
}

/** Of the whole transaction, or of a table that only the process may change that has made it (NFT_TABLE_F_OWNER). */
function forbidden({ sequence, offset }: Answer, said: string, batch: Batch): ToolError {
  if (sequence === 0) return new ToolError('permission', notPermitted('nf_tables', said));
  return new ToolError(
    'unknown',
    `${said}, at ${batch.subjectAt(sequence, offset)}: another process owns it`,
  );
}

function kindOf(errno: number): Failure {
  return kinds.get(errno) ?? 'unknown';
}

/** By numbers of errno.h. Those that nf_tables answers with where it does not take what it was given are refusals. */
const kinds: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  [1, 'permission'], // EPERM
  [4, 'interrupted'], // EINTR
  [11, 'unable'], // EAGAIN
  [12, 'unable'], // ENOMEM
  [23, 'unable'], // ENFILE: the set is full
  [85, 'interrupted'], // ERESTART
  ...[
    2, // ENOENT
    3, // ESRCH
    7, // E2BIG
    16, // EBUSY
    17, // EEXIST
    19, // ENODEV
    22, // EINVAL
    31, // EMLINK
    33, // EDOM
    34, // ERANGE
    36, // ENAMETOOLONG
    40, // ELOOP
    75, // EOVERFLOW
    93, // EPROTONOSUPPORT
    95, // EOPNOTSUPP
    97, // EAFNOSUPPORT
  ].map((errno): [number, Failure] => [errno, 'refused']),
]);

function messageOf(errno: number): string {
  const [name, text] = getSystemErrorMap().get(-errno) ?? [`error ${errno}`, 'which has no name here'];
  return `${text} (${name})`;
}

const NLM_F_ACK_TLVS = 0x200;
const [NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS] = [1, 2];
