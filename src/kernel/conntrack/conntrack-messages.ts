import ipaddr from 'ipaddr.js';
import type { Flow, FlowProtocol } from '../../conntrack/flow.ts';
import type { Address } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import type { Endpoint } from '../../plan/service-plan.ts';
import {
  Attributes,
  aligned,
  attribute,
  isLittle,
  nestedAttribute,
  numberAttribute,
} from '../netlink/netlink-attributes.ts';

/**
 * The messages of ctnetlink, as far as they are needed; their numbers stand in linux/netlink.h,
 * linux/netfilter/nfnetlink.h and linux/netfilter/nfnetlink_conntrack.h.
 */

/** Asks for all flows of a family: of one protocol where only one is wanted and Linux is 5.8 or later. */
export function listRequest(family: Family, protocols: readonly FlowProtocol[]): Uint8Array {
  const [protocol, ...more] = protocols;
  const filter = protocol === undefined || more.length > 0 ? [] : protocolFilter(protocol);
  return message(messages.get, flags.request | flags.dump, family, filter);
}

/** What the kernel says. */
export type Answer =
  | { readonly kind: 'entry'; readonly flow: Flow; readonly key: EntryKey }
  /** An entry of another protocol, or in another zone than the rules work in. */
  | { readonly kind: 'other' }
  | { readonly kind: 'end' }
  /** The number of the error, as in errno.h. */
  | { readonly kind: 'error'; readonly errno: number };

/** What it takes to delete an entry; a view of the datagram. */
export interface EntryKey {
  /** The tuple of its answers. */
  readonly reply: Uint8Array;
  readonly id: Uint8Array;
}

/**
 * Deletes this entry, and none that has taken its place since: by the tuple of its answers, which names the endpoint,
 * and by its id, as far as a new entry has another. Without a tuple the kernel would delete the whole table. It answers
 * only where it fails.
 */
export function deletion(family: Family, { reply, id }: EntryKey): Uint8Array {
  return message(messages.delete, flags.request, family, [padded(reply), padded(id)]);
}

/** Reads the answers about one family, one datagram after another. */
export class AnswerReader {
  readonly #family: Family;
  /** Reading an address takes longer than all the rest, and many flows have the same. */
  readonly #addresses = new Map<string, Address>();

  constructor(family: Family) {
    this.#family = family;
  }

  *read(datagram: Buffer): Iterable<Answer> {
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
    let at = 0;
    while (at + headerLength <= view.byteLength) {
      const length = view.getUint32(at, isLittle);
      if (length < headerLength || at + length > view.byteLength) throw new Error('a message is cut off');
      const message = new Attributes(datagram, view, at + bodyOffset, at + length);
      const type = view.getUint16(at + 4, isLittle);
      yield isStatus(type) ? status(type, view.getInt32(at + headerLength, isLittle)) : this.#entry(message);
      at += aligned(length);
    }
  }

  #entry(entry: Attributes): Answer {
    const original = entry.find(attributes.originalTuple);
    const reply = entry.find(attributes.replyTuple);
    const id = entry.find(attributes.id);
    if (original === undefined || reply === undefined || id === undefined || hasZone(entry, original, reply))
      return other;
    const protocol = protocolOf(original);
    const destination = this.#side(original, 'destination');
    const replySource = this.#side(reply, 'source');
    if (protocol === undefined || destination === undefined || replySource === undefined) return other;
    return {
      kind: 'entry',
      flow: { protocol, destination, replySource },
      key: { reply: reply.whole, id: id.whole },
    };
  }

  #side(tuple: Attributes, side: 'source' | 'destination'): Endpoint | undefined {
    const address = tuple.find(tupleAttributes.ip)?.find(ipAttributes[this.#family][side]);
    const port = tuple.find(tupleAttributes.protocol)?.find(protocolAttributes[side]);
    if (address === undefined || port === undefined) return undefined;
    return { address: this.#address(address), port: port.bytes.readUInt16BE(port.start) };
  }

  #address({ bytes, start, end }: Attributes): Address {
    const key = bytes.toString('latin1', start, end);
    const known = this.#addresses.get(key);
    if (known !== undefined) return known;
    const address = ipaddr.fromByteArray([...bytes.subarray(start, end)]).toString() as Address;
    this.#addresses.set(key, address);
    return address;
  }
}

const other: Answer = { kind: 'other' };

function isStatus(type: number): boolean {
  return type === messages.error || type === messages.done;
}

/** The end of a list tells too whether the kernel has failed. */
function status(type: number, value: number): Answer {
  if (value < 0) return { kind: 'error', errno: -value };
  return type === messages.done ? { kind: 'end' } : other;
}

/** Whoever uses zones tracks the same packets once more, on his own account. */
function hasZone(entry: Attributes, original: Attributes, reply: Attributes): boolean {
  return (
    entry.find(attributes.zone) !== undefined ||
    original.find(tupleAttributes.zone) !== undefined ||
    reply.find(tupleAttributes.zone) !== undefined
  );
}

function protocolOf(tuple: Attributes): FlowProtocol | undefined {
  const number = tuple.find(tupleAttributes.protocol)?.find(protocolAttributes.number);
  if (number === undefined) return undefined;
  const value = number.bytes[number.start];
  return value === protocolNumbers.UDP ? 'UDP' : value === protocolNumbers.SCTP ? 'SCTP' : undefined;
}

function protocolFilter(protocol: FlowProtocol): readonly Uint8Array[] {
  const number = attribute(protocolAttributes.number, Uint8Array.of(protocolNumbers[protocol]));
  return [
    nestedAttribute(attributes.originalTuple, [nestedAttribute(tupleAttributes.protocol, [number])]),
    nestedAttribute(attributes.filter, [numberAttribute(filterAttributes.original, filterByProtocol)]),
  ];
}

function message(type: number, flags: number, family: Family, content: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat([new Uint8Array(bodyOffset), ...content]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(0, bytes.byteLength, isLittle);
  view.setUint16(4, type, isLittle);
  view.setUint16(6, flags, isLittle);
  view.setUint8(headerLength, familyNumbers[family]);
  return bytes;
}

function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(aligned(bytes.length));
  result.set(bytes);
  return result;
}

/** Bytes of struct nlmsghdr, and with struct nfgenmsg. */
const headerLength = 16;
const bodyOffset = headerLength + 4;
const ctnetlink = 1 << 8;
const messages = { error: 2, done: 3, get: ctnetlink | 1, delete: ctnetlink | 2 };
const flags = { request: 1, dump: 0x300 };
const attributes = { originalTuple: 1, replyTuple: 2, id: 12, zone: 18, filter: 25 };
const tupleAttributes = { ip: 1, protocol: 2, zone: 3 };
const ipAttributes = { IPv4: { source: 1, destination: 2 }, IPv6: { source: 3, destination: 4 } };
const protocolAttributes = { number: 1, source: 2, destination: 3 };
const filterAttributes = { original: 1 };
/** CTA_FILTER_FLAG(CTA_PROTO_NUM) in the kernel's nf_conntrack_netlink.c. */
const filterByProtocol = 1 << 3;
const familyNumbers = { IPv4: 2, IPv6: 10 };
const protocolNumbers = { UDP: 17, SCTP: 132 };
