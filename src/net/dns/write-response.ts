import { rootName } from './domain-name.ts';
import { counts, dnssecOk, flags, headerLength, optLength } from './header.ts';
import type { MessageWriter } from './message-writer.ts';
import { type ResponseCode, recordTypes, responseCodes } from './numbers.ts';
import type { Edns, Query, Question } from './read-query.ts';
import type { ResourceRecord } from './resource-record.ts';

/** What is answered. */
export interface Response {
  readonly code: ResponseCode;
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

export interface ResponseLimits {
  /** Octets of the whole message. */
  readonly size: number;
  /** Octets of the largest UDP message that this server takes. */
  readonly ednsSize: number;
  readonly recursionAvailable: boolean;
}

/**
 * Writes the response to a query. Answers that do not fit are left out, and that is said (TC); records that are only of
 * help are left out without a word (RFC 2181, 9).
 */
export function writeResponse(
  writer: MessageWriter,
  query: Query,
  response: Response,
  { size, ednsSize, recursionAvailable }: ResponseLimits,
): Buffer {
  const { code, authoritative, answers, authorities, additionals } = response;
  writer.clear();
  writeHeader(writer, query, {
    code: responseCodes[code],
    authoritative,
    truncated: false,
    recursionAvailable,
  });
  writeQuestion(writer, query.question);
  const room = query.edns === undefined ? size : size - optLength;
  const fits = writeSection(writer, counts.answers, answers, room);
  if (!fits) writer.patchUint16(2, writer.peekUint16(2) | flags.truncated);
  if (fits && writeSection(writer, counts.authorities, authorities, room))
    writeSection(writer, counts.additionals, additionals, room);
  if (query.edns !== undefined) writeOpt(writer, query.edns, ednsSize, responseCodes[code]);
  return writer.take();
}

export interface ResponseHead {
  readonly code: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionAvailable: boolean;
}

/** Writes the header of the response to a query with one question, and no records so far. */
export function writeHeader(writer: MessageWriter, query: Query, head: ResponseHead): void {
  writer.uint16(query.id);
  writer.uint16(
    flags.response |
      (head.authoritative ? flags.authoritative : 0) |
      (head.truncated ? flags.truncated : 0) |
      (query.recursionDesired ? flags.recursionDesired : 0) |
      (head.recursionAvailable ? flags.recursionAvailable : 0) |
      (query.checkingDisabled ? flags.checkingDisabled : 0) |
      (head.code & flags.responseCode),
  );
  for (const count of [1, 0, 0, 0]) writer.uint16(count);
}

export function writeQuestion(writer: MessageWriter, { name, type, class: of }: Question): void {
  writer.name(name);
  writer.uint16(type);
  writer.uint16(of);
}

/** An OPT record that answers a client's, without options. */
export function writeOpt(writer: MessageWriter, edns: Edns, size: number, code: number): void {
  writer.name(rootName);
  writer.uint16(recordTypes.OPT);
  writer.uint16(size);
  writer.uint8(code >> 4);
  writer.uint8(0);
  writer.uint16(edns.dnssecOk ? dnssecOk : 0);
  writer.uint16(0);
  writer.patchUint16(counts.additionals, writer.peekUint16(counts.additionals) + 1);
}

/** The response to a message that has no question to be answered: a header alone. */
export function writeFault(id: number, bits: number, code: ResponseCode): Buffer {
  const message = Buffer.alloc(headerLength);
  message.writeUInt16BE(id, 0);
  const kept = bits & (flags.opcode | flags.recursionDesired);
  message.writeUInt16BE(flags.response | kept | responseCodes[code], 2);
  return message;
}

/** Writes the records as far as they fit, and their number into the header. Tells whether all do. */
function writeSection(
  writer: MessageWriter,
  countAt: number,
  records: readonly ResourceRecord[],
  room: number,
): boolean {
  let written = 0;
  for (const record of records) {
    const before = writer.length;
    writer.record(record);
    if (writer.length > room) {
      writer.cut(before);
      break;
    }
    written += 1;
  }
  if (written > 0) writer.patchUint16(countAt, written);
  return written === records.length;
}
