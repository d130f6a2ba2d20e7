import { bodyOffset, messagesOf } from '../../messages.ts';
import { attributeHeader } from '../../netlink-attributes.ts';
import { elementListAttributes, listElement } from '../kernel-numbers.ts';

/** A transaction as the kernel takes it. */
export interface Batch {
  /** All messages, one behind the other: a view that the next batch changes. */
  readonly bytes: Buffer;
  /** Has the kernel take it upon this generation of the rules only (ERESTART, else); at first it is taken upon any. */
  requireGeneration(generation: number): void;
  /**
   * What a message is about, for people: by its sequence number, and where one of its elements is at fault, by where that stands in
   * the message.
   */
  subjectAt(sequence: number, offset: number | undefined): string;
}

/** What a batch requires that may be taken upon any generation. */
export const anyGeneration = 0;

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

  requireGeneration(generation: number): void {
    this.bytes.writeUInt32BE(generation, generationOffset);
  }

  subjectAt(sequence: number, offset: number | undefined): string {
    const message = this.#messages[sequence];
    if (message?.keys === undefined) return message?.text ?? 'the transaction';
    const index = offset === undefined ? undefined : this.#elementAt(message.start, offset);
    return index === undefined
      ? `an element ${message.text}`
      : `element ${message.keys(index)} ${message.text}`;
  }

  /** The place of an element in its message's list. */
  #elementAt(start: number, offset: number): number | undefined {
    const [message] = messagesOf(this.bytes.subarray(start));
    const elements = message?.body.find(elementListAttributes.elements)?.all(listElement) ?? [];
    const index = elements.findIndex(({ start: at, end }) => offset >= at - attributeHeader && offset < end);
    return index === -1 ? undefined : index;
  }
}

/** The only attribute of the first message. */
const generationOffset = bodyOffset + attributeHeader;
