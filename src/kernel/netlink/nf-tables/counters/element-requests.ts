import type { Key } from '../../../../nftables/table/table.ts';
import { MessageWriter } from '../../message-writer.ts';
import { isLittle } from '../../netlink-attributes.ts';
import type { DeclaredSet } from '../declared-set.ts';
import {
  dataAttributes,
  elementAttributes,
  elementListAttributes,
  familyNumbers,
  listElement,
  messageFlags,
  messageTypes,
} from '../kernel-numbers.ts';
import type { NftTitle } from '../requests.ts';
import { lengthOfParts } from '../value-bytes.ts';
import { writeParts } from '../write/write-parts.ts';

/**
 * Requests for single elements that are sent at once. Each is a message of its own: of a message with several, the kernel looks for
 * none behind one that it does not find.
 */
export class ElementRequests {
  readonly #bytes = Buffer.alloc(mostAtOnce * longestRequest);
  #length = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === mostAtOnce;
  }

  /** Adds a request; the answer has its place as the sequence number. */
  add(form: RequestForm, key: Key, slot?: number): void {
    this.#length += form.copyTo(this.#bytes, this.#length, this.#count, key, slot);
    this.#count += 1;
  }

  /** All of them, which the next one to be added overwrites. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    this.#count = 0;
    return taken;
  }
}

/** The request for an element of one map or set, with the key of whichever is asked for. */
export class RequestForm {
  readonly declared: DeclaredSet;
  readonly #message: Buffer;
  readonly #view: DataView;
  readonly #keyAt: number;
  readonly #slotAt: number;
  #key: Key | undefined;

  constructor({ family, name }: NftTitle, declared: DeclaredSet) {
    const writer = new MessageWriter(longestRequest);
    const keyLength = lengthOfParts(declared.key);
    const header = { type: messageTypes.getElement, flags: messageFlags.request, sequence: 0 };
    let keyAt = 0;
    writer.message({ ...header, family: familyNumbers[family] }, () => {
      writer.text(elementListAttributes.table, name);
      writer.text(elementListAttributes.set, declared.name);
      writer.nest(elementListAttributes.elements, () =>
        writer.nest(listElement, () =>
          writer.nest(elementAttributes.key, () => {
            keyAt = writer.reserve(dataAttributes.value, keyLength);
          }),
        ),
      );
    });
    this.declared = declared;
    this.#message = writer.written;
    this.#view = new DataView(this.#message.buffer, this.#message.byteOffset, this.#message.length);
    this.#keyAt = keyAt;
    this.#slotAt = keyAt + keyLength - slotLength;
  }

  /** Of a slot, the key is without its number. Returns how many bytes that are. Throws a `NoKernelForm`. */
  copyTo(bytes: Buffer, at: number, sequence: number, key: Key, slot?: number): number {
    if (key !== this.#key) this.#writeKey(key, slot);
    if (slot !== undefined) this.#view.setUint32(this.#slotAt, slot, isLittle);
    this.#view.setUint32(sequenceAt, sequence, isLittle);
    bytes.set(this.#message, at);
    return this.#message.length;
  }

  /** A frontend's slots have one key but for their numbers. */
  #writeKey(key: Key, slot: number | undefined): void {
    this.#key = undefined;
    writeParts(slot === undefined ? key : `${key} . 0`, this.declared.key, this.#message, this.#keyAt);
    this.#key = key;
  }
}

/** The answers to so many find room at the socket: all of them wait there when the requests have been sent. */
const mostAtOnce = 32;

/** Bytes, with the longest name of a map and two IPv6 addresses. */
const longestRequest = 256;

/** Of struct nlmsghdr. */
const sequenceAt = 8;
/** Bytes of the last part of a slot's key. */
const slotLength = 4;
