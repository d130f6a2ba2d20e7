import { Attributes, aligned, isLittle } from '../netlink-attributes.ts';

/** A message of the kernel's, with its attributes behind struct nlmsghdr and struct nfgenmsg. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** As in errno.h; only of an error, where it stands in the place of struct nfgenmsg. */
  readonly errno: number;
  readonly body: Attributes;
}

/** NLMSG_*. */
export const messageKinds = { error: 2, done: 3 } as const;

/** The messages of a datagram, as views of it. Throws an `Error` where it is cut off. */
export function messagesOf(datagram: Buffer): readonly Message[] {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const messages: Message[] = [];
  for (let at = 0; at + bodyOffset <= datagram.length; ) {
    const length = view.getUint32(at, isLittle);
    if (length < bodyOffset || at + length > datagram.length) throw new Error('a message is cut off');
    messages.push({
      type: view.getUint16(at + 4, isLittle),
      flags: view.getUint16(at + 6, isLittle),
      sequence: view.getUint32(at + 8, isLittle),
      errno: -view.getInt32(at + headerLength, isLittle),
      body: new Attributes(datagram, view, at + bodyOffset, at + length),
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

/** Bytes of struct nlmsghdr, and with struct nfgenmsg. */
export const headerLength = 16;
export const bodyOffset = headerLength + 4;
