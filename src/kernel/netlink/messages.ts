import { Attributes, aligned, isLittle } from './netlink-attributes.ts';

/** A message of the kernel's, with its attributes behind struct nlmsghdr and the header of its family. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** As in errno.h; only of an error, where it stands in the place of the family's header. */
  readonly errno: number;
  /** What stands between struct nlmsghdr and the attributes is before its start. */
  readonly body: Attributes;
}

/** NLMSG_*. */
export const messageKinds = { error: 2, done: 3 } as const;

/**
 * The messages of a datagram, as views of it. `familyHeader` is the length of what stands before the attributes, in bytes:
 * struct nfgenmsg where nothing else is said. Throws an `Error` where it is cut off.
 */
export function messagesOf(datagram: Buffer, familyHeader: number = nfgenmsgLength): readonly Message[] {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const messages: Message[] = [];
  for (let at = 0; at + bodyOffset <= datagram.length; ) {
    const length = view.getUint32(at, isLittle);
    if (length < bodyOffset || at + length > datagram.length) throw new Error('a message is cut off');
    const type = view.getUint16(at + 4, isLittle);
    const isControl = type === messageKinds.error || type === messageKinds.done;
    messages.push({
      type,
      flags: view.getUint16(at + 6, isLittle),
      sequence: view.getUint32(at + 8, isLittle),
      errno: -view.getInt32(at + headerLength, isLittle),
      body: new Attributes(
        datagram,
        view,
        at + headerLength + (isControl ? errnoLength : familyHeader),
        at + length,
      ),
    });
    at += aligned(length);
  }
  return messages;
}

/** What the head of the only message of a datagram says. */
export function headOf(datagram: Buffer): Omit<Message, 'body' | 'flags'> {
  const little = isLittle;
  return {
    type: little ? datagram.readUInt16LE(4) : datagram.readUInt16BE(4),
    sequence: little ? datagram.readUInt32LE(8) : datagram.readUInt32BE(8),
    errno: -(little ? datagram.readInt32LE(headerLength) : datagram.readInt32BE(headerLength)),
  };
}

const [nfgenmsgLength, errnoLength] = [4, 4];

/** Bytes of struct nlmsghdr, and with struct nfgenmsg. */
export const headerLength = 16;
export const bodyOffset = headerLength + nfgenmsgLength;
