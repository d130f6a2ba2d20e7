import type { Attributes } from '../netlink-attributes.ts';

/** What an attribute holds, not copied. */
export function bytesOf(attribute: Attributes | undefined): Buffer | undefined {
  return attribute?.bytes.subarray(attribute.start, attribute.end);
}

/** nf_tables has its numbers in network order. */
export function numberOf(attribute: Attributes | undefined): number | undefined {
  return bytesOf(attribute)?.readUInt32BE(0);
}

export function textOf(attribute: Attributes | undefined): string | undefined {
  return bytesOf(attribute)?.toString().replace(/\0+$/, '');
}

/** The comment in what nft keeps for itself: rows of type, length and content (libnftnl/udata.h), of which type 0 is it. */
export function commentOf(userData: Attributes | undefined): string {
  const bytes = bytesOf(userData) ?? Buffer.alloc(0);
  for (let at = 0; at + 2 <= bytes.length; ) {
    const end = at + 2 + bytes.readUInt8(at + 1);
    if (bytes.readUInt8(at) === 0) return bytes.toString('utf8', at + 2, end).replace(/\0+$/, '');
    at = end;
  }
  return '';
}
