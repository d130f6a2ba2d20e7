import { attributeHeader, isLittle } from '../../netlink-attributes.ts';

/**
 * Attributes read where they stand in a datagram, by numbers alone: of a hundred thousand elements nothing may be made on the way.
 */

/** Of the attribute there, with its header: at least that, so that a reader gets on. */
export function lengthAt(bytes: Buffer, at: number): number {
  return Math.max(attributeHeader, isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
}

/** Without the bits that say how the content is written. */
export function typeAt(bytes: Buffer, at: number): number {
  return (isLittle ? bytes.readUInt16LE(at + 2) : bytes.readUInt16BE(at + 2)) & 0x3fff;
}
