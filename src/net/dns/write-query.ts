import { dnssecOk, flags, headerLength, optLength } from './header.ts';
import { recordTypes } from './numbers.ts';
import type { Edns, Query } from './read-query.ts';

/** The message of a query. */
export function writeQuery({ id, recursionDesired, checkingDisabled, question, edns }: Query): Buffer {
  const { name } = question;
  const end = headerLength + name.length + 4;
  const message = Buffer.alloc(end + (edns === undefined ? 0 : optLength));
  message.writeUInt16BE(id, 0);
  const bits =
    (recursionDesired ? flags.recursionDesired : 0) | (checkingDisabled ? flags.checkingDisabled : 0);
  message.writeUInt16BE(bits, 2);
  message.writeUInt16BE(1, 4);
  message.write(name, headerLength, 'latin1');
  message.writeUInt16BE(question.type, end - 4);
  message.writeUInt16BE(question.class, end - 2);
  if (edns !== undefined) writeOpt(message, end, edns);
  return message;
}

function writeOpt(message: Buffer, at: number, { version, size, dnssecOk: wanted }: Edns): void {
  message.writeUInt16BE(1, 10);
  message.writeUInt16BE(recordTypes.OPT, at + 1);
  message.writeUInt16BE(size, at + 3);
  message.writeUInt8(version, at + 6);
  message.writeUInt16BE(wanted ? dnssecOk : 0, at + 7);
}
