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
      const start = next.start - attributeHeader;
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
    const bytes = Buffer.from(this.bytes.subarray(this.start - attributeHeader, this.end));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new Attributes(bytes, view, attributeHeader, bytes.length);
  }

  #findFrom(start: number, type: number): Attributes | undefined {
    let at = start;
    while (at + attributeHeader <= this.end) {
      const length = this.#view.getUint16(at, isLittle);
      if (length < attributeHeader || at + length > this.end) return undefined;
      if ((this.#view.getUint16(at + 2, isLittle) & typeMask) === type)
        return new Attributes(this.bytes, this.#view, at + attributeHeader, at + length);
      at += aligned(length);
    }
    return undefined;
  }

  /** The attribute as it stands in the datagram, with its header. */
  get whole(): Uint8Array {
    return this.bytes.subarray(this.start - attributeHeader, this.end);
  }
}

/** What an attribute holds, not copied. */
export function bytesOf(attribute: Attributes | undefined): Buffer | undefined {
  return attribute?.bytes.subarray(attribute.start, attribute.end);
}

export function textOf(attribute: Attributes | undefined): string | undefined {
  return bytesOf(attribute)?.toString().replace(/\0+$/, '');
}

/** A number of 32 bits in the machine's own order. */
export function hostNumberOf(attribute: Attributes | undefined): number | undefined {
  const bytes = bytesOf(attribute);
  return bytes === undefined ? undefined : hostNumberAt(bytes, 0);
}

/** The same, from there on. */
export function hostNumberAt(bytes: Buffer, at: number): number {
  return isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

/** One attribute, padded. */
export function attribute(type: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(aligned(attributeHeader + content.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, attributeHeader + content.length, isLittle);
  view.setUint16(2, type, isLittle);
  bytes.set(content, attributeHeader);
  return bytes;
}

/** A name or other text, as the kernel has it. */
export function textAttribute(type: number, text: string): Uint8Array {
  return attribute(type, Buffer.from(`${text}\0`));
}

/** A number of 32 bits, in the machine's order. */
export function numberAttribute(type: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, isLittle);
  return attribute(type, bytes);
}

export function byteAttribute(type: number, value: number): Uint8Array {
  return attribute(type, Uint8Array.of(value));
}

/** An attribute that holds others. */
export function nestedAttribute(type: number, content: readonly Uint8Array[]): Uint8Array {
  return attribute(type | NLA_F_NESTED, Buffer.concat(content));
}

export function aligned(length: number): number {
  return (length + 3) & ~3;
}

/** Says that the content is attributes. */
export const NLA_F_NESTED = 0x8000;
/** Bytes of struct nlattr. */
export const attributeHeader = 4;
/** The two highest bits say that the content is attributes, or in network order. */
const typeMask = 0x3fff;
