import { addressText } from '../../../../net/numbers.ts';
import { commentedData } from '../../../../nftables/table/element-data.ts';
import type { Data } from '../../../../nftables/table/table.ts';
import { isLittle } from '../../netlink-attributes.ts';
import {
  counterAttributes,
  elementAttributes,
  expressionAttributes,
  verdictAttributes,
} from '../kernel-numbers.ts';
import { commentIn } from '../user-data.ts';
import { aligned, lengthOf, type ValueType, valueText } from '../value-bytes.ts';
import { verdictKinds } from '../verdict.ts';

/** An element in nft's words, with what its counter says; 0 without one. */
export interface ReadElement {
  readonly key: string;
  /** Empty in sets. */
  readonly data: string;
  readonly packets: number;
}

/** The types of a set's keys and data, the latter empty of sets. */
export interface ElementTypes {
  readonly key: readonly ValueType[];
  readonly data: readonly ValueType[] | 'verdict';
}

/**
 * Reads the elements in the content of NFTA_SET_ELEM_LIST_ELEMENTS. A table has a hundred thousand of them: nothing is made on the
 * way but the texts.
 */
export function readElements(
  bytes: Buffer,
  start: number,
  end: number,
  types: ElementTypes,
  onElement: (element: ReadElement) => void,
): void {
  for (let at = start; at < end; at += aligned(lengthAt(bytes, at)))
    onElement(readElement(bytes, at + header, at + lengthAt(bytes, at), types));
}

function readElement(bytes: Buffer, start: number, end: number, types: ElementTypes): ReadElement {
  let key = '';
  let data = '';
  let packets = 0;
  let comment = '';
  for (let at = start; at < end; at += aligned(lengthAt(bytes, at))) {
    const content = at + header;
    switch (typeAt(bytes, at)) {
      case elementAttributes.key:
        // One attribute, the value, stands in it.
        key = partsText(bytes, content + header, types.key);
        break;
      case elementAttributes.data:
        data =
          types.data === 'verdict'
            ? verdictText(bytes, content + header, content + lengthAt(bytes, content))
            : partsText(bytes, content + header, types.data);
        break;
      case elementAttributes.expression:
        packets = packetsOf(bytes, content, at + lengthAt(bytes, at));
        break;
      case elementAttributes.userData:
        comment = commentIn(bytes.subarray(content, at + lengthAt(bytes, at)));
        break;
    }
  }
  return { key, data: commentedData(comment, data as Data), packets };
}

/** The parts of a key or of data, `10.96.0.10 . tcp . 53`. */
function partsText(bytes: Buffer, start: number, types: readonly ValueType[]): string {
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

function verdictText(bytes: Buffer, start: number, end: number): string {
  let word = '';
  let chain = '';
  for (let at = start; at < end; at += aligned(lengthAt(bytes, at))) {
    const content = at + header;
    if (typeAt(bytes, at) === verdictAttributes.code)
      word = verdictKinds.get(bytes.readInt32BE(content)) ?? 'unknown';
    else if (typeAt(bytes, at) === verdictAttributes.chain)
      chain = ` ${bytes.toString('latin1', content, at + lengthAt(bytes, at) - 1)}`;
  }
  return word + chain;
}

/** Of an element's only expression, a counter. */
function packetsOf(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at += aligned(lengthAt(bytes, at))) {
    if (typeAt(bytes, at) !== expressionAttributes.data) continue;
    const stop = at + lengthAt(bytes, at);
    for (let inner = at + header; inner < stop; inner += aligned(lengthAt(bytes, inner)))
      if (typeAt(bytes, inner) === counterAttributes.packets)
        return Number(bytes.readBigUInt64BE(inner + header));
  }
  return 0;
}

/** Of the attribute there, with its header: at least that, so that a reader gets on. */
function lengthAt(bytes: Buffer, at: number): number {
  return Math.max(header, isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
}

/** Without the bits that say how the content is written. */
function typeAt(bytes: Buffer, at: number): number {
  return (isLittle ? bytes.readUInt16LE(at + 2) : bytes.readUInt16BE(at + 2)) & 0x3fff;
}

/** Bytes of struct nlattr. */
const header = 4;
