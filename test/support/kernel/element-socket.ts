import { MessageWriter } from '../../../src/kernel/netlink/message-writer.ts';
import { messageKinds, messagesOf } from '../../../src/kernel/netlink/messages.ts';
import { type Attributes, bytesOf, textOf } from '../../../src/kernel/netlink/netlink-attributes.ts';
import type { NetlinkSocket } from '../../../src/kernel/netlink/netlink-socket.ts';
import {
  counterAttributes,
  dataAttributes,
  elementAttributes,
  elementListAttributes,
  expressionAttributes,
  listElement,
  messageTypes,
} from '../../../src/kernel/netlink/nf-tables/kernel-numbers.ts';

/** An element of the fake kernel: what its counter says, and its data in registers. */
export interface FakeElement {
  readonly packets: number;
  readonly data?: Buffer;
}

/** A socket to a kernel that knows elements by `set key`, the key in hexadecimal digits; it counts what it is asked. */
export class ElementSocket implements NetlinkSocket {
  readonly #elements: ReadonlyMap<string, FakeElement>;
  readonly #answers: Buffer[] = [];
  /** With what the kernel answers the request of this number, by errno.h. */
  readonly fails: { readonly request: number; readonly errno: number } | undefined;
  requests = 0;
  sendings = 0;
  bytes = 0;

  constructor(elements: ReadonlyMap<string, FakeElement>, fails?: ElementSocket['fails']) {
    this.#elements = elements;
    this.fails = fails;
  }

  sendNow(requests: Uint8Array): void {
    this.sendings += 1;
    this.bytes += requests.length;
    for (const { sequence, body } of messagesOf(Buffer.from(requests))) {
      this.requests += 1;
      const errno = this.fails?.request === this.requests ? this.fails.errno : undefined;
      this.#answers.push(this.#answer(sequence, body, errno));
    }
  }

  receiveNow(): Buffer | undefined {
    return this.#answers.shift();
  }

  makeRoom(): void {}

  send(): Promise<void> {
    throw new Error('counters are read on this thread');
  }

  receive(): Promise<undefined> {
    throw new Error('counters are read on this thread');
  }

  [Symbol.dispose](): void {}

  #answer(sequence: number, body: Attributes, errno: number | undefined): Buffer {
    const set = textOf(body.find(elementListAttributes.set));
    const asked = body.find(elementListAttributes.elements)?.find(listElement);
    const key = bytesOf(asked?.find(elementAttributes.key)?.find(dataAttributes.value));
    const element = this.#elements.get(`${set} ${key?.toString('hex')}`);
    const header = { flags: 0, sequence, family: 2 };
    const writer = new MessageWriter(512);
    if (errno !== undefined || element === undefined)
      writer.message({ ...header, type: messageKinds.error }, () => {});
    else writer.message({ ...header, type: messageTypes.newElement }, () => writeElement(writer, element));
    const answer = Buffer.from(writer.written);
    if (errno !== undefined || element === undefined) answer.writeInt32LE(-(errno ?? ENOENT), 16);
    return answer;
  }
}

function writeElement(writer: MessageWriter, { packets, data }: FakeElement): void {
  writer.text(elementListAttributes.table, 'portolan');
  writer.nest(elementListAttributes.elements, () =>
    writer.nest(listElement, () => {
      if (data !== undefined)
        writer.nest(elementAttributes.data, () => writer.bytes(dataAttributes.value, data));
      writer.nest(elementAttributes.expression, () => {
        writer.text(expressionAttributes.name, 'counter');
        writer.nest(expressionAttributes.data, () => {
          writer.long(counterAttributes.bytes, 60n * BigInt(packets));
          writer.long(counterAttributes.packets, BigInt(packets));
        });
      });
    }),
  );
}

const ENOENT = 2;
