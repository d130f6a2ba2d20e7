import { writeAddress } from '../address-bytes.ts';
import type { DomainName } from './domain-name.ts';
import { recordTypes } from './numbers.ts';
import type { ResourceRecord, SoaData } from './resource-record.ts';

/**
 * Writes a message from its start. Names that were written before are pointed to (RFC 1035, 4.1.4), in the case in which they
 * stand there.
 */
export class MessageWriter {
  readonly #bytes: Buffer;
  readonly #names = new Map<string, number>();
  #length = 0;

  /** Throws a `RangeError` where something does not fit into this many octets. */
  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  take(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  /** Begins another message. */
  clear(): void {
    this.cut(0);
    this.#names.clear();
  }

  /** Takes back what was written behind this length; nothing that points there may follow. */
  cut(length: number): void {
    this.#length = length;
  }

  uint8(value: number): void {
    this.#length = this.#bytes.writeUInt8(value, this.#length);
  }

  uint16(value: number): void {
    this.#length = this.#bytes.writeUInt16BE(value, this.#length);
  }

  uint32(value: number): void {
    this.#length = this.#bytes.writeUInt32BE(value, this.#length);
  }

  /** Writes over what stands there. */
  patchUint16(at: number, value: number): void {
    this.#bytes.writeUInt16BE(value, at);
  }

  patchUint32(at: number, value: number): void {
    this.#bytes.writeUInt32BE(value, at);
  }

  peekUint16(at: number): number {
    return this.#bytes.readUInt16BE(at);
  }

  octets(octets: Buffer): void {
    if (this.#length + octets.length > this.#bytes.length) throw new RangeError('the message is full');
    this.#length += octets.copy(this.#bytes, this.#length);
  }

  name(name: DomainName): void {
    for (let at = 0; at < name.length - 1; at += 1 + name.charCodeAt(at)) {
      const rest = at === 0 ? name : name.slice(at);
      const known = this.#names.get(rest);
      if (known !== undefined) {
        this.#text(name.slice(0, at));
        this.uint16(pointer | known);
        return;
      }
      const place = this.#length + at;
      if (place <= farthest) this.#names.set(rest, place);
    }
    this.#text(name);
  }

  /** Targets of SRV records are written in full (RFC 2782), and others may point there. */
  fullName(name: DomainName): void {
    for (let at = 0; at < name.length - 1; at += 1 + name.charCodeAt(at)) {
      const rest = name.slice(at);
      const place = this.#length + at;
      if (place <= farthest && !this.#names.has(rest)) this.#names.set(rest, place);
    }
    this.#text(name);
  }

  record(record: ResourceRecord): void {
    this.name(record.name);
    this.uint16(record.type === 'other' ? record.number : recordTypes[record.type]);
    this.uint16(classIN);
    this.uint32(record.ttl);
    const lengthAt = this.#length;
    this.uint16(0);
    this.#data(record);
    this.patchUint16(lengthAt, this.#length - lengthAt - 2);
  }

  #data(record: ResourceRecord): void {
    switch (record.type) {
      case 'A':
      case 'AAAA':
        if (this.#length + 16 > this.#bytes.length) throw new RangeError('the message is full');
        this.#length += writeAddress(record.address, this.#bytes, this.#length);
        break;
      case 'CNAME':
      case 'NS':
      case 'PTR':
        this.name(record.target);
        break;
      case 'SRV':
        for (const number of [record.priority, record.weight, record.port]) this.uint16(number);
        this.fullName(record.target);
        break;
      case 'TXT':
        this.#characterString(record.text);
        break;
      case 'SOA':
        this.#soa(record);
        break;
      case 'other':
        this.octets(record.octets);
        break;
    }
  }

  #soa({ server, mailbox, serial, refresh, retry, expire, minimum }: SoaData): void {
    this.name(server);
    this.name(mailbox);
    for (const number of [serial, refresh, retry, expire, minimum]) this.uint32(number);
  }

  /** Of at most 255 octets. */
  #characterString(text: string): void {
    this.uint8(text.length);
    this.#text(text);
  }

  #text(text: string): void {
    if (this.#length + text.length > this.#bytes.length) throw new RangeError('the message is full');
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }
}

/** The upper two bits say that it is one; the others, where it leads. */
const pointer = 0xc000;
const farthest = 0x3fff;
const classIN = 1;
