import type { Verdict } from '../../../rules-text/rule.ts';
import { type Attributes, attribute } from '../netlink-attributes.ts';
import { bytesOf } from './attributes.ts';
import { commentIn } from './comment.ts';
import { type NftFamily, nestedAttribute, requestNfTables, textAttribute } from './requests.ts';
import { verdictOf } from './verdict.ts';

export interface ElementRequest {
  readonly family: NftFamily;
  readonly table: string;
  readonly set: string;
  /** As the kernel has it: see `keyBytes`. */
  readonly key: Uint8Array;
}

/** An element; or that there is none with this key; or that the kernel does not say. */
export type LookedUp = KernelElement | 'absent' | 'unanswered';

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
        textAttribute(list.table, table),
        textAttribute(list.set, set),
        nestedAttribute(list.elements, nestedAttribute(listElement, keyAttribute(key))),
      ],
    })),
  );
  return replies.map((reply) => (typeof reply === 'string' ? reply : readElement(reply)));
}

function keyAttribute(key: Uint8Array): Uint8Array {
  return nestedAttribute(element.key, attribute(data.value, key));
}

function readElement(reply: Attributes): KernelElement {
  const found = reply.find(list.elements)?.find(listElement);
  const its = found?.find(element.data);
  return {
    data: bytesOf(its?.find(data.value)),
    verdict: verdictOf(its?.find(data.verdict)),
    comment: commentIn(bytesOf(found?.find(element.userData))),
  };
}

/** Numbers of linux/netfilter/nf_tables.h. */
const list = { table: 1, set: 2, elements: 3 };
const listElement = 1;
const element = { key: 1, data: 2, userData: 6 };
const data = { value: 1, verdict: 2 };
