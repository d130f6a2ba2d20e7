import { type DomainName, longestLabel, longestName } from './domain-name.ts';

/** A message that is none (RFC 1035), or not the one that was expected. */
export class DnsMessageError extends Error {
  override readonly name = 'DnsMessageError';
}

/** A name, and where it ends in the message. */
export interface NameAt {
  readonly name: DomainName;
  readonly end: number;
}

/**
 * Reads the name that stands there, and follows pointers, which lead back only (RFC 1035, 4.1.4). Throws a `DnsMessageError`.
 */
export function readName(message: Buffer, start: number): NameAt {
  let name = '';
  let end: number | undefined;
  let earliest = start;
  for (let at = start; ; ) {
    const length = octetAt(message, at);
    if (length === 0) return { name: `${name}\0` as DomainName, end: end ?? at + 1 };
    if (length <= longestLabel) {
      if (at + 1 + length > message.length) throw new DnsMessageError('a label goes beyond the message');
      name += message.toString('latin1', at, at + 1 + length);
      if (name.length >= longestName) throw new DnsMessageError('a name has more than 255 octets');
      at += 1 + length;
      continue;
    }
    if (length < pointer) throw new DnsMessageError('a label is of an unknown kind');
    end ??= at + 2;
    at = ((length & ~pointer) << 8) | octetAt(message, at + 1);
    // Each leads further back, so that none can lead around.
    if (at >= earliest) throw new DnsMessageError('a pointer does not lead back');
    earliest = at;
  }
}

/** Where the name that stands there ends; pointers are not followed. Throws a `DnsMessageError`. */
export function endOfName(message: Buffer, start: number): number {
  for (let at = start; ; ) {
    const length = octetAt(message, at);
    if (length === 0) return at + 1;
    if (length >= pointer) return at + 2;
    if (length > longestLabel) throw new DnsMessageError('a label is of an unknown kind');
    at += 1 + length;
  }
}

const pointer = 0xc0;

function octetAt(message: Buffer, at: number): number {
  const octet = message[at];
  if (octet === undefined) throw new DnsMessageError('the message ends too early');
  return octet;
}
