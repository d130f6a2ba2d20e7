import { addressText } from '../../../../net/numbers.ts';
import { aligned, attributeHeader, isLittle } from '../../netlink-attributes.ts';
import { counterAttributes, expressionAttributes } from '../kernel-numbers.ts';
import { lengthOf, type ValueType, valueText } from '../value-bytes.ts';
import { lengthAt, typeAt } from './attributes-in-place.ts';

/** The parts of a key or of data, `10.96.0.10 . tcp . 53`. */
export function partsText(bytes: Buffer, start: number, types: readonly ValueType[]): string {
  let text = '';
  let at = start;
  for (const type of types) {
    if (at > start) text += ' . ';
    text += partText(bytes, at, type);
    at += aligned(lengthOf(type));
  }
  return text;
}

function partText(bytes: Buffer, at: number, type: ValueType): string {
  switch (type) {
    case 'ipv4_addr':
      return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
    case 'inet_service':
      return `${bytes.readUInt16BE(at)}`;
    case 'integer':
      return `${isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)}`;
    case 'ipv6_addr':
      return addressText((bytes.readBigUInt64BE(at) << 64n) | bytes.readBigUInt64BE(at + 8), 'IPv6');
    default:
      return valueText(type, bytes.subarray(at, at + lengthOf(type)));
  }
}

/** Of an element's only expression, a counter. */
export function packetsOf(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at += aligned(lengthAt(bytes, at))) {
    if (typeAt(bytes, at) !== expressionAttributes.data) continue;
    const stop = at + lengthAt(bytes, at);
    for (let inner = at + attributeHeader; inner < stop; inner += aligned(lengthAt(bytes, inner)))
      if (typeAt(bytes, inner) === counterAttributes.packets) return longAt(bytes, inner + attributeHeader);
  }
  return 0;
}

/** Exact up to 2^53 packets, and without a bigint on the way. */
function longAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}
