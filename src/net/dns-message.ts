/**
 * The part of DNS (RFC 1035) that is needed to test a name server: a query for an A record, and the recognition of its
 * answer.
 */

const headerLength = 12;

/**
 * A question for the A record of a name, recursion desired. Throws a `RangeError` where a label is empty or over 63
 * octets.
 */
export function encodeDnsQuery(id: number, name: string): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(recursionDesired, 2);
  header.writeUInt16BE(1, 4);
  const labels = name.replace(/\.$/, '').split('.').map(encodeLabel);
  // The root, type A, class IN.
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
}

const recursionDesired = 0x0100;
const isResponse = 0x8000;

function encodeLabel(label: string): Buffer {
  const bytes = Buffer.from(label, 'latin1');
  if (bytes.length === 0 || bytes.length > 63) throw new RangeError(`a DNS label of ${bytes.length} octets`);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** Whether a message is a response with the query's identifier; what it says does not matter. */
export function isAnswerTo(query: Buffer, message: Buffer): boolean {
  return (
    message.length >= headerLength &&
    message.readUInt16BE(0) === query.readUInt16BE(0) &&
    (message.readUInt16BE(2) & isResponse) !== 0
  );
}

/** The response code of a message by its name (RFC 1035, 4.1.1). */
export function dnsCode(message: Buffer): string {
  const code = message.readUInt16BE(2) & 0xf;
  return codes[code] ?? `RCODE ${code}`;
}

const codes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
