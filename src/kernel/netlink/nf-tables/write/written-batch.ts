import { aligned, isLittle } from '../../netlink-attributes.ts';

/** A transaction as the kernel takes it. */
export interface Batch {
  /** All messages, one behind the other: a view that the next batch changes. */
  readonly bytes: Buffer;
  /**
   * What a message is about, for people: by its sequence number, and where one of its elements is at fault, by where that stands in
   * the message.
   */
  subjectAt(sequence: number, offset: number | undefined): string;
}

/** A message of a batch, and what it is about. */
export interface WrittenMessage {
  /** Where it begins in the bytes. */
  readonly start: number;
  readonly text: string;
  /** Of elements, the key of each. */
  readonly keys?: ((index: number) => string) | undefined;
}

export class WrittenBatch implements Batch {
  readonly bytes: Buffer;
  readonly #messages: readonly WrittenMessage[];

  constructor(bytes: Buffer, messages: readonly WrittenMessage[]) {
    this.bytes = bytes;
    this.#messages = messages;
  }

  subjectAt(sequence: number, offset: number | undefined): string {
    const message = this.#messages[sequence];
    if (message?.keys === undefined) return message?.text ?? 'the transaction';
    const index = offset === undefined ? undefined : this.#elementAt(message.start, offset);
    return index === undefined
      ? `an element ${message.text}`
      : `element ${message.keys(index)} ${message.text}`;
  }

  /** The place of an element in its message's list: how many attributes stand before it. */
  #elementAt(start: number, offset: number): number | undefined {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + start);
    const lengthAt = (at: number) => view.getUint16(at, isLittle);
    // Behind the headers stand the names of table and set, then the list.
    let list = 20;
    for (let names = 0; names < 2; names += 1) list += aligned(lengthAt(list));
    let index = 0;
    for (let at = list + 4; at < list + lengthAt(list); at += aligned(lengthAt(at))) {
      if (offset < at + lengthAt(at)) return offset >= at ? index : undefined;
      index += 1;
    }
    return undefined;
  }
}
