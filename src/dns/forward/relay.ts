import { counts, flags, optLength } from '../../net/dns/header.ts';
import type { MessageWriter } from '../../net/dns/message-writer.ts';
import type { Query } from '../../net/dns/read-query.ts';
import { responseCodeOf } from '../../net/dns/read-response.ts';
import { type ResponseLimits, writeHeader, writeOpt, writeQuestion } from '../../net/dns/write-response.ts';
import type { Forwarded } from './forwarded.ts';

/**
 * The response to a query from what an upstream server answered to the same question. The records are copied as they stand: the
 * question before them is as long as the client's, so that pointers lead where they led. What does not fit is left out.
 */
export function relay(
  writer: MessageWriter,
  query: Query,
  { message, records, age }: Forwarded,
  { size, ednsSize, recursionAvailable }: ResponseLimits,
): Buffer {
  const code = responseCodeOf(message);
  writer.clear();
  writeHeader(writer, query, { code, authoritative: false, truncated: false, recursionAvailable });
  writeQuestion(writer, query.question);
  const room = query.edns === undefined ? size : size - optLength;
  const fitting = records.filter(({ end }) => end <= room);
  const answers = fitting.filter(({ section }) => section === 'answers').length;
  const isCut = answers < records.filter(({ section }) => section === 'answers').length;
  const copied = isCut ? fitting.slice(0, answers) : fitting;
  const end = copied.at(-1)?.end ?? writer.length;
  writer.octets(message.subarray(writer.length, end));
  for (const { ttlAt, ttl } of copied) writer.patchUint32(ttlAt, Math.max(0, ttl - age));
  for (const section of ['answers', 'authorities', 'additionals'] as const)
    writer.patchUint16(counts[section], copied.filter((record) => record.section === section).length);
  const passedOn = message.readUInt16BE(2) & flags.authenticData;
  writer.patchUint16(2, writer.peekUint16(2) | passedOn | (isCut ? flags.truncated : 0));
  if (query.edns !== undefined) writeOpt(writer, query.edns, ednsSize, code);
  return writer.take();
}
