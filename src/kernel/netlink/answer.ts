import { getSystemErrorMap } from 'node:util';
import { headerLength, type Message } from './messages.ts';
import { hostNumberOf, textOf } from './netlink-attributes.ts';

/** What the kernel says of one message. */
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

/** struct nlmsgerr: the error, the header of the message it is about, and then what linux/netlink.h calls NLMSGERR_ATTR_*. */
export function answerOf({ sequence, errno, flags, body }: Message): Answer {
  const more = (flags & NLM_F_ACK_TLVS) === 0 ? undefined : body.behind(headerLength);
  return {
    sequence,
    errno,
    words: textOf(more?.find(NLMSGERR_ATTR_MSG)),
    offset: hostNumberOf(more?.find(NLMSGERR_ATTR_OFFS)),
  };
}

/** `File exists (EEXIST)`. */
export function errnoText(errno: number): string {
  const [name, text] = getSystemErrorMap().get(-errno) ?? [`error ${errno}`, 'which has no name here'];
  return `${text} (${name})`;
}

const NLM_F_ACK_TLVS = 0x200;
const [NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS] = [1, 2];
