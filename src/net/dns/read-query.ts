import type { DomainName } from './domain-name.ts';
import { counts, dnssecOk, flags, headerLength } from './header.ts';
import { recordTypes } from './numbers.ts';
import { DnsMessageError, endOfName, readName } from './read-name.ts';

export interface Question {
  /** In the case in which it was asked. */
  readonly name: DomainName;
  readonly type: number;
  readonly class: number;
}

/** What a client says of itself by an OPT record (RFC 6891). */
export interface Edns {
  readonly version: number;
  /** Octets of the largest UDP message that it takes. */
  readonly size: number;
  /** Whether it wants records of DNSSEC (RFC 3225). */
  readonly dnssecOk: boolean;
}

export interface Query {
  readonly id: number;
  readonly recursionDesired: boolean;
  readonly checkingDisabled: boolean;
  readonly question: Question;
  readonly edns: Edns | undefined;
}

/** What came as a query. */
export type ReceivedQuery =
  | { readonly kind: 'query'; readonly query: Query }
  /** Not to be answered but by this code, since there is no question. */
  | {
      readonly kind: 'faulty';
      readonly id: number;
      readonly flags: number;
      readonly code: 'FORMERR' | 'NOTIMP';
    }
  /** Not to be answered at all: it is a response, or no message. */
  | { readonly kind: 'nothing' };

/** Reads a query. Never throws. */
export function readQuery(message: Buffer): ReceivedQuery {
  if (message.length < headerLength) return { kind: 'nothing' };
  const id = message.readUInt16BE(0);
  const bits = message.readUInt16BE(2);
  // Two servers would else answer one another without end.
  if ((bits & flags.response) !== 0) return { kind: 'nothing' };
  if ((bits & flags.opcode) !== 0) return { kind: 'faulty', id, flags: bits, code: 'NOTIMP' };
  try {
    return { kind: 'query', query: readBody(message, id, bits) };
  } catch (error) {
    if (!(error instanceof DnsMessageError)) throw error;
    return { kind: 'faulty', id, flags: bits, code: 'FORMERR' };
  }
}

/** A query has one question (RFC 9619). */
function readBody(message: Buffer, id: number, bits: number): Query {
  if (message.readUInt16BE(counts.questions) !== 1) throw new DnsMessageError('must have one question');
  const { name, end } = readName(message, headerLength);
  const question = { name, type: uint16(message, end), class: uint16(message, end + 2) };
  return {
    id,
    recursionDesired: (bits & flags.recursionDesired) !== 0,
    checkingDisabled: (bits & flags.checkingDisabled) !== 0,
    question,
    edns: readEdns(message, end + 4),
  };
}

function readEdns(message: Buffer, start: number): Edns | undefined {
  const before = message.readUInt16BE(counts.answers) + message.readUInt16BE(counts.authorities);
  const all = before + message.readUInt16BE(counts.additionals);
  let edns: Edns | undefined;
  for (let record = 0, at = start; record < all; record += 1) {
    const end = endOfName(message, at);
    if (uint16(message, end) === recordTypes.OPT && record >= before) {
      // RFC 6891, 6.1.1: at the root, and only once.
      if (edns !== undefined || end !== at + 1) throw new DnsMessageError('has a wrong OPT record');
      const [version, bits] = [uint16(message, end + 4) & 0xff, uint16(message, end + 6)];
      edns = { version, size: uint16(message, end + 2), dnssecOk: (bits & dnssecOk) !== 0 };
    }
    at = end + 10 + uint16(message, end + 8);
    if (at > message.length) throw new DnsMessageError('a record goes beyond the message');
  }
  return edns;
}

function uint16(message: Buffer, at: number): number {
  if (at + 2 > message.length) throw new DnsMessageError('the message ends too early');
  return message.readUInt16BE(at);
}
