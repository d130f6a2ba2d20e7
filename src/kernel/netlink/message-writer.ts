import { aligned, attributeHeader, isLittle, NLA_F_NESTED } from './netlink-attributes.ts';

/**
 * Writes netlink messages one behind the other into one buffer that grows: an attribute is made where it is sent from. Numbers
 * of attributes are in network order, as nf_tables has them.
 */
export class MessageWriter {
  #bytes: Buffer<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** `capacity` in bytes, of the first buffer. */
  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** What has been written: a view, which the next message may change. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets all messages; the buffer stays where it is of an ordinary size. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > ordinarySize) this.#allocate(ordinarySize);
  }

  /** A message that holds what `fill` writes, after struct nlmsghdr and struct nfgenmsg (linux/netfilter/nfnetlink.h). */
  message(header: MessageHeader, fill: () => void): void {
    const at = this.#grow(headerLength + 4);
    const view = this.#view;
    view.setUint16(at + 4, header.type, isLittle);
    view.setUint16(at + 6, header.flags, isLittle);
    view.setUint32(at + 8, header.sequence, isLittle);
    view.setUint32(at + 12, 0);
    view.setUint8(at + headerLength, header.family);
    view.setUint8(at + headerLength + 1, 0);
    view.setUint16(at + headerLength + 2, header.resource ?? 0);
    fill();
    this.#view.setUint32(at, this.#length - at, isLittle);
  }

  /** Adds to the flags of the message that begins there. */
  addFlags(message: number, flags: number): void {
    const at = message + 6;
    this.#view.setUint16(at, this.#view.getUint16(at, isLittle) | flags, isLittle);
  }

  /** An attribute that holds what `fill` writes. */
  nest(type: number, fill: () => void): void {
    const at = this.open(type);
    fill();
    this.close(at);
  }

  /** Begins an attribute that holds others; what it returns ends it. */
  open(type: number): number {
    const at = this.#grow(attributeHeader);
    this.#view.setUint16(at + 2, type | NLA_F_NESTED, isLittle);
    return at;
  }

  /** Throws a `RangeError` where it has become longer than the kernel can say, 65,535 bytes. */
  close(at: number): void {
    const length = this.#length - at;
    if (length > longestAttribute) throw new RangeError(`an attribute of ${length} bytes`);
    this.#view.setUint16(at, length, isLittle);
  }

  number(type: number, value: number): void {
    const at = this.#attribute(type, 4);
    this.#view.setUint32(at, value >>> 0);
  }

  /** `value` may be negative. */
  signed(type: number, value: number): void {
    const at = this.#attribute(type, 4);
    this.#view.setInt32(at, value);
  }

  byte(type: number, value: number): void {
    const at = this.#attribute(type, 1);
    this.#view.setUint8(at, value);
  }

  /** 64 bits. */
  long(type: number, value: bigint): void {
    const at = this.#attribute(type, 8);
    this.#view.setBigUint64(at, value);
  }

  /** With the NUL at its end. */
  text(type: number, value: string): void {
    const at = this.#attribute(type, Buffer.byteLength(value) + 1);
    this.#bytes[at + this.#bytes.write(value, at)] = 0;
  }

  bytes(type: number, value: Uint8Array): void {
    const at = this.#attribute(type, value.length);
    this.#bytes.set(value, at);
  }

  /** An attribute of so many bytes, which are to be written into `buffer` from the returned place on before anything else. */
  reserve(type: number, length: number): number {
    return this.#attribute(type, length);
  }

  /** What is written to: another one when it has grown. */
  get buffer(): Buffer {
    return this.#bytes;
  }

  #attribute(type: number, length: number): number {
    const at = this.#grow(aligned(attributeHeader + length));
    // The buffer may have held something else where this is padded.
    this.#view.setUint32(this.#length - 4, 0);
    this.#view.setUint16(at, attributeHeader + length, isLittle);
    this.#view.setUint16(at + 2, type, isLittle);
    return at + attributeHeader;
  }

  /** Makes room at the end; returns where it begins. */
  #grow(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const before = this.#bytes;
      this.#allocate(2 * this.#length);
      before.copy(this.#bytes, 0, 0, at);
    }
    return at;
  }

  #allocate(capacity: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }
}

export interface MessageHeader {
  readonly type: number;
  readonly flags: number;
  /** Comes back with the answer. */
  readonly sequence: number;
  /** NFPROTO_*. */
  readonly family: number;
  /** `res_id` of struct nfgenmsg. */
  readonly resource?: number;
}

/** Bytes: what a transaction of a first sync needs, of some 2,000 elements. */
const ordinarySize = 1 << 18;

/** Bytes of struct nlmsghdr. */
const headerLength = 16;
const longestAttribute = 0xffff;
