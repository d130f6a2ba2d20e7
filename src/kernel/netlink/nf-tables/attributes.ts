import { type Attributes, bytesOf } from '../netlink-attributes.ts';

/** nf_tables has its numbers in network order. */
export function numberOf(attribute: Attributes | undefined): number | undefined {
  return bytesOf(attribute)?.readUInt32BE(0);
}
