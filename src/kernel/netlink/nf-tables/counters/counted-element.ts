import { codeOfData } from '../../../../nftables/content/slot-code.ts';
import type { Data } from '../../../../nftables/table/table.ts';
import type { SlotContent } from '../../../../nftables/table-counters.ts';
import { attributeHeader } from '../../netlink-attributes.ts';
import type { DeclaredSet } from '../declared-set.ts';
import { elementAttributes, elementListAttributes } from '../kernel-numbers.ts';
import { lengthAt, typeAt } from '../read/attributes-in-place.ts';
import { packetsOf, partsText } from '../read/element-values.ts';
import { aligned } from '../value-bytes.ts';

/** The element of an answer with one, read where it stands: one object for all of them, made of no text that nobody asks for. */
export class CountedElement implements SlotContent {
  packets = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #dataStart = 0;
  #dataEnd = 0;
  #types: DeclaredSet['data'] = [];

  /** Looks at the attributes of an answer, which stand there up to the end of the bytes. */
  read(bytes: Buffer, start: number, types: DeclaredSet['data']): void {
    this.#bytes = bytes;
    this.#types = types;
    this.packets = 0;
    this.#dataStart = 0;
    this.#dataEnd = 0;
    for (let at = start; at < bytes.length; at += aligned(lengthAt(bytes, at)))
      if (typeAt(bytes, at) === elementListAttributes.elements) this.#readOnly(at + attributeHeader);
  }

  /** Of the only element in the list. */
  #readOnly(element: number): void {
    const bytes = this.#bytes;
    const end = element + lengthAt(bytes, element);
    for (let at = element + attributeHeader; at < end; at += aligned(lengthAt(bytes, at))) {
      const type = typeAt(bytes, at);
      if (type === elementAttributes.data) {
        // One attribute, the value, stands in it.
        this.#dataStart = at + 2 * attributeHeader;
        this.#dataEnd = at + lengthAt(bytes, at);
      } else if (type === elementAttributes.expression)
        this.packets = packetsOf(bytes, at + attributeHeader, at + lengthAt(bytes, at));
    }
  }

  get code(): number {
    return codeOfData(this.#bytes, this.#dataStart, this.#dataEnd);
  }

  get data(): Data {
    const types = this.#types;
    return (types === 'verdict' ? '' : partsText(this.#bytes, this.#dataStart, types)) as Data;
  }
}
