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
