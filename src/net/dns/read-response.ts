import { lowerCase } from './domain-name.ts';
import { counts, flags, headerLength } from './header.ts';
import { recordTypes, responseCodes } from './numbers.ts';
import { DnsMessageError, endOfName, readName } from './read-name.ts';
import type { Query, Question } from './read-query.ts';
import type { ResourceRecord } from './resource-record.ts';

/** A record as it stands in a message. */
export interface RecordAt {
  readonly section: 'answers' | 'authorities' | 'additionals';
  readonly type: number;
  readonly start: number;
  /** Where its time to live stands, of four octets. */
  readonly ttlAt: number;
  readonly ttl: number;
  readonly dataAt: number;
  readonly end: number;
}

/**
 * Whether a message is a response to the query: it has the identifier, and the question in any case of letters. Servers that
 * cannot read a query may tell of that without its question.
 */
export function isResponseTo(query: Query, message: Buffer): boolean {
  if (message.length < headerLength || message.readUInt16BE(0) !== query.id) return false;
  if ((message.readUInt16BE(2) & flags.response) === 0) return false;
  if (!hasQuestion(message)) return isFailure(responseCodeOf(message));
  const question = questionOf(message);
  return (
    question !== undefined &&
    question.type === query.question.type &&
    question.class === query.question.class &&
    lowerCase(question.name) === lowerCase(query.question.name)
  );
}

/** Whether the code says that the server has no answer, not even that there is nothing. */
export function isFailure(code: number): boolean {
  return code !== responseCodes.NOERROR && code !== responseCodes.NXDOMAIN;
}

function hasQuestion(message: Buffer): boolean {
  return message.readUInt16BE(counts.questions) > 0;
}

export function isTruncated(message: Buffer): boolean {
  return (message.readUInt16BE(2) & flags.truncated) !== 0;
}

/** The response code (RFC 1035, 4.1.1), without the upper bits that an OPT record may have. */
export function responseCodeOf(message: Buffer): number {
  return message.readUInt16BE(2) & flags.responseCode;
}

/** The records of a response; none where it does not have the question. Throws a `DnsMessageError` where it is broken. */
export function recordsOf(message: Buffer): readonly RecordAt[] {
  if (!hasQuestion(message)) return [];
  const records: RecordAt[] = [];
  let at = endOfName(message, headerLength) + 4;
  for (const section of ['answers', 'authorities', 'additionals'] as const) {
    for (let left = message.readUInt16BE(counts[section]); left > 0; left -= 1) {
      const record = recordAt(message, section, at);
      records.push(record);
      at = record.end;
    }
  }
  return records;
}

/** The record by itself: without pointers, so that it may stand in another message. Throws a `DnsMessageError`. */
export function readRecord(message: Buffer, { type, start, ttl, dataAt, end }: RecordAt): ResourceRecord {
  const { name } = readName(message, start);
  return { name, ttl, type: 'other', number: type, octets: readData(message, type, dataAt, end) };
}

/** Where names stand in data that may have pointers (RFC 3597, 4): behind so many octets, so many names. */
const namesIn: ReadonlyMap<number, { readonly behind: number; readonly names: number }> = new Map([
  ...[recordTypes.NS, recordTypes.CNAME, recordTypes.PTR].map(
    (type) => [type, { behind: 0, names: 1 }] as const,
  ),
  [recordTypes.SOA, { behind: 0, names: 2 }],
  [recordTypes.MX, { behind: 2, names: 1 }],
  [recordTypes.SRV, { behind: 6, names: 1 }],
]);

function readData(message: Buffer, type: number, dataAt: number, end: number): Buffer {
  const { behind, names } = namesIn.get(type) ?? { behind: end - dataAt, names: 0 };
  const parts = [message.subarray(dataAt, dataAt + behind)];
  let at = dataAt + behind;
  for (let left = names; left > 0; left -= 1) {
    const { name, end: after } = readName(message, at);
    parts.push(Buffer.from(name, 'latin1'));
    at = after;
  }
  parts.push(message.subarray(at, end));
  return Buffer.concat(parts);
}

/** Its name is written in full, since nothing stands before it. */
function questionOf(message: Buffer): Question | undefined {
  if (message.readUInt16BE(counts.questions) !== 1) return undefined;
  try {
    const { name, end } = readName(message, headerLength);
    if (end !== headerLength + name.length || end + 4 > message.length) return undefined;
    return { name, type: message.readUInt16BE(end), class: message.readUInt16BE(end + 2) };
  } catch (error) {
    if (error instanceof DnsMessageError) return undefined;
    throw error;
  }
}

function recordAt(message: Buffer, section: RecordAt['section'], start: number): RecordAt {
  const at = endOfName(message, start);
  const dataAt = at + 10;
  if (dataAt > message.length) throw new DnsMessageError('a record goes beyond the message');
  const end = dataAt + message.readUInt16BE(at + 8);
  if (end > message.length) throw new DnsMessageError('a record goes beyond the message');
  return {
    section,
    type: message.readUInt16BE(at),
    start,
    ttlAt: at + 4,
    ttl: message.readUInt32BE(at + 4),
    dataAt,
    end,
  };
}
