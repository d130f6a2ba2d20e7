import { Attributes, aligned, isLittle } from '../conntrack-attributes.ts';

/** The attributes in a row of several of one type, such as the expressions of a rule. */
export function eachOf(row: Attributes, type: number): readonly Attributes[] {
  const { bytes, start, end } = row;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Attributes[] = [];
  for (let at = start; at + headerLength <= end; ) {
    const length = view.getUint16(at, isLittle);
    if (length < headerLength || at + length > end) break;
    if ((view.getUint16(at + 2, isLittle) & typeMask) === type)
      found.push(new Attributes(bytes, view, at + headerLength, at + length));
    at += aligned(length);
  }
  return found;
}

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

const headerLength = 4;
/** The two highest bits say that the content is attributes, or in network order. */
const typeMask = 0x3fff;
