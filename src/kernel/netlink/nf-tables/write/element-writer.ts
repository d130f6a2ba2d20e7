import { partsOfData } from '../../../../nftables/table/element-data.ts';
import type { Data } from '../../../../nftables/table/table.ts';
import { readVerdict } from '../../../../rules-text/nft/set/read-element.ts';
import type { MessageWriter } from '../../message-writer.ts';
import type { DeclaredSet } from '../declared-set.ts';
import { dataAttributes, elementAttributes, listElement } from '../kernel-numbers.ts';
import { commentBytes } from '../user-data.ts';
import { lengthOfParts } from '../value-bytes.ts';
import { NoKernelForm, writeVerdict } from './write-expression.ts';
import { writeParts } from './write-parts.ts';

/** Writes elements of one set: an attribute each, of what nft's words say, straight into the message. */
export class ElementWriter {
  readonly #writer: MessageWriter;
  readonly #set: DeclaredSet;
  readonly #keyLength: number;
  readonly #dataLength: number;

  constructor(writer: MessageWriter, set: DeclaredSet) {
    this.#writer = writer;
    this.#set = set;
    this.#keyLength = lengthOfParts(set.key);
    this.#dataLength = set.data === 'verdict' ? 0 : lengthOfParts(set.data);
  }

  /** `data` is empty of sets, and where an element is to be deleted. Throws a `NoKernelForm`. */
  write(key: string, data: string): void {
    const writer = this.#writer;
    const element = writer.open(listElement);
    const keyAt = writer.open(elementAttributes.key);
    this.#value(key, this.#set.key, this.#keyLength);
    writer.close(keyAt);
    const { comment, value } = partsOfData(data as Data);
    if (value !== '') this.#data(value);
    if (comment !== '') writer.bytes(elementAttributes.userData, commentBytes(comment));
    writer.close(element);
  }

  #data(text: string): void {
    const writer = this.#writer;
    const types = this.#set.data;
    if (types === 'verdict') {
      const verdict = readVerdict(text);
      if (verdict === undefined) throw new NoKernelForm(`"${text}" is no verdict`);
      writeVerdict(writer, elementAttributes.data, verdict);
      return;
    }
    const dataAt = writer.open(elementAttributes.data);
    this.#value(text, types, this.#dataLength);
    writer.close(dataAt);
  }

  #value(text: string, types: DeclaredSet['key'], length: number): void {
    const at = this.#writer.reserve(dataAttributes.value, length);
    writeParts(text, types, this.#writer.buffer, at);
  }
}
