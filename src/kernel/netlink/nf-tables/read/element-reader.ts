import { commentedData } from '../../../../nftables/table/element-data.ts';
import type { Data } from '../../../../nftables/table/table.ts';
import { attributeHeader } from '../../netlink-attributes.ts';
import { elementAttributes, verdictAttributes } from '../kernel-numbers.ts';
import { commentIn } from '../user-data.ts';
import { aligned, type ValueType } from '../value-bytes.ts';
import { verdictKinds } from '../verdict.ts';
import { lengthAt, typeAt } from './attributes-in-place.ts';
import { packetsOf, partsText } from './element-values.ts';

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
    onElement(readElement(bytes, at + attributeHeader, at + lengthAt(bytes, at), types));
}

function readElement(bytes: Buffer, start: number, end: number, types: ElementTypes): ReadElement {
  let key = '';
  let data = '';
  let packets = 0;
  let comment = '';
  for (let at = start; at < end; at += aligned(lengthAt(bytes, at))) {
    const content = at + attributeHeader;
    switch (typeAt(bytes, at)) {
      case elementAttributes.key:
        // One attribute, the value, stands in it.
        key = partsText(bytes, content + attributeHeader, types.key);
        break;
      case elementAttributes.data:
        data =
          types.data === 'verdict'
            ? verdictText(bytes, content + attributeHeader, content + lengthAt(bytes, content))
            : partsText(bytes, content + attributeHeader, types.data);
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

function verdictText(bytes: Buffer, start: number, end: number): string {
  let word = '';
  let chain = '';
  for (let at = start; at < end; at += aligned(lengthAt(bytes, at))) {
    const content = at + attributeHeader;
    if (typeAt(bytes, at) === verdictAttributes.code)
      word = verdictKinds.get(bytes.readInt32BE(content)) ?? 'unknown';
    else if (typeAt(bytes, at) === verdictAttributes.chain)
      chain = ` ${bytes.toString('latin1', content, at + lengthAt(bytes, at) - 1)}`;
  }
  return word + chain;
}
