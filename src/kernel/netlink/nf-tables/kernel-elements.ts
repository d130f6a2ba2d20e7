import type { Verdict } from '../../../rules-text/rule.ts';
import {
  type Attributes,
  attribute,
  bytesOf,
  nestedAttribute,
  textAttribute,
} from '../netlink-attributes.ts';
import { dataAttributes, elementAttributes, elementListAttributes, listElement } from './kernel-numbers.ts';
import { type NfTablesReply, type NftFamily, requestNfTables } from './requests.ts';
import { commentIn } from './user-data.ts';
import { verdictOf } from './verdict.ts';

export interface ElementRequest {
  readonly family: NftFamily;
  readonly table: string;
  readonly set: string;
  /** As the kernel has it: see `keyBytes`. */
  readonly key: Uint8Array;
}

/** An element; or that there is none with this key, that this process may not ask, or that the kernel does not say. */
export type LookedUp = KernelElement | Exclude<NfTablesReply, Attributes>;

export interface KernelElement {
  readonly data: Buffer | undefined;
  readonly verdict: Verdict | undefined;
  /** Empty where it has none. */
  readonly comment: string;
}

/**
 * Asks the kernel for the elements with exactly these keys. At any size of the set: `nft get element` of nft 1.0 reads
 * all elements of all tables before.
 */
export async function lookUpElements(requests: readonly ElementRequest[]): Promise<readonly LookedUp[]> {
  const replies = await requestNfTables(
    requests.map(({ family, table, set, key }) => ({
      get: 'element',
      family,
      content: [
        textAttribute(elementListAttributes.table, table),
        textAttribute(elementListAttributes.set, set),
        nestedAttribute(elementListAttributes.elements, [nestedAttribute(listElement, [keyAttribute(key)])]),
      ],
    })),
  );
  return replies.map((reply) => (typeof reply === 'string' ? reply : readElement(reply)));
}

function keyAttribute(key: Uint8Array): Uint8Array {
  return nestedAttribute(elementAttributes.key, [attribute(dataAttributes.value, key)]);
}

function readElement(reply: Attributes): KernelElement {
  const found = reply.find(elementListAttributes.elements)?.find(listElement);
  const its = found?.find(elementAttributes.data);
  return {
    data: bytesOf(its?.find(dataAttributes.value)),
    verdict: verdictOf(its?.find(dataAttributes.verdict)),
    comment: commentIn(bytesOf(found?.find(elementAttributes.userData))),
  };
}
