import { type Failure, ToolError } from '../../../backend/failure.ts';
import { notPermitted } from '../../tool-words.ts';
import { type Answer, answerOf, errnoText } from '../answer.ts';
import { messageKinds, messagesOf } from '../messages.ts';
import type { NetlinkSocket } from '../netlink-socket.ts';
import type { Batch } from './write/written-batch.ts';

/** All answers to a batch: they wait at the socket when it has been sent. */
export function readAnswers(socket: NetlinkSocket): readonly Answer[] {
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
  const said = `${errnoText(first.errno)}${first.words === undefined ? '' : `: ${first.words}`}`;
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
