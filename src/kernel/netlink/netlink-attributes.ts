import { endianness } from 'node:os';

/** Numbers of netlink are the machine's own; only what stood in a packet is in network order. */
export const isLittle = endianness() === 'LE';

/** A part of a netlink datagram that is a row of attributes: length, type, content, each padded to 4 bytes. */
export class Attributes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly #view: DataView;

  constructor(bytes: Buffer, view: DataView, start: number, end: number) {
    this.bytes = bytes;
    this.#view = view;
    this.start = start;
    this.end = end;
  }

  /** The content of the first attribute of this type; `undefined` where there is none. */
  find(type: number): Attributes | undefined {
    return this.#findFrom(this.start, type);
  }

  /** The attributes in a row of several of one type, such as the expressions of a rule. */
  all(type: number): readonly Attributes[] {
    const found: Attributes[] = [];
    let next = this.find(type);
    while (next !== undefined) {
      found.push(next);
      const start = next.start - headerLength;
      next = this.#findFrom(start + aligned(next.end - start), type);
    }
    return found;
  }

  /** The attributes that stand behind so many bytes of something else. */
  behind(length: number): Attributes {
    return new Attributes(this.bytes, this.#view, this.start + length, this.end);
  }

  /** The same, apart from the datagram. */
  copied(): Attributes {
    const bytes = Buffer.from(this.bytes.subarray(this.start - headerLength, this.end));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new Attributes(bytes, view, headerLength, bytes.length);
  }

  #findFrom(start: number, type: number): Attributes | undefined {
    let at = start;
    while (at + headerLength <= this.end) {
      const length = this.#view.getUint16(at, isLittle);
      if (length < headerLength || at + length > this.end) return undefined;
      if ((this.#view.getUint16(at + 2, isLittle) & typeMask) === type)
        return new Attributes(this.bytes, this.#view, at + headerLength, at + length);
      at += aligned(length);
    }
    return undefined;
  }

  /** The attribute as it stands in the datagram, with its header. */
  get whole(): Uint8Array {
    return this.bytes.subarray(this.start - headerLength, this.end);
  }
}

/** One attribute, padded. */
export function attribute(type: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(aligned(headerLength + content.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, headerLength + content.length, isLittle);
  view.setUint16(2, type, isLittle);
  bytes.set(content, headerLength);
  return bytes;
}

export function aligned(length: number): number {
  return (length + 3) & ~3;
}

const headerLength = 4;
/** The two highest bits say that the content is attributes, or in network order. */
const typeMask = 0x3fff;
