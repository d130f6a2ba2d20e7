import type { Verdict } from '../../trace/rule.ts';
import { type Attributes, attribute } from '../conntrack-attributes.ts';
import { bytesOf, commentOf, textOf } from './attributes.ts';
import { askNfTables, type NftFamily, nestedAttribute, textAttribute } from './nf-tables.ts';

export interface ElementQuestion {
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
export async function lookUpElements(questions: readonly ElementQuestion[]): Promise<readonly LookedUp[]> {
  const answers = await askNfTables(
    questions.map(({ family, table, set, key }) => ({
      get: 'element',
      family,
      content: [
        textAttribute(list.table, table),
        textAttribute(list.set, set),
        nestedAttribute(list.elements, nestedAttribute(listElement, keyAttribute(key))),
      ],
    })),
  );
  return answers.map((answer) => (typeof answer === 'string' ? answer : readElement(answer)));
}

function keyAttribute(key: Uint8Array): Uint8Array {
  return nestedAttribute(element.key, attribute(data.value, key));
}

function readElement(answer: Attributes): KernelElement {
  const found = answer.find(list.elements)?.find(listElement);
  const its = found?.find(element.data);
  return {
    data: bytesOf(its?.find(data.value)),
    verdict: verdictOf(its?.find(data.verdict)),
    comment: commentOf(found?.find(element.userData)),
  };
}

function verdictOf(verdict: Attributes | undefined): Verdict | undefined {
  const code = bytesOf(verdict?.find(verdictAttributes.code))?.readInt32BE(0);
  const kind = code === undefined ? undefined : verdictKinds.get(code);
  if (kind !== 'jump' && kind !== 'goto') return kind && { kind };
  const chain = textOf(verdict?.find(verdictAttributes.chain));
  return chain === undefined ? undefined : { kind, chain };
}

/** Numbers of linux/netfilter/nf_tables.h; verdicts also of linux/netfilter.h. */
const list = { table: 1, set: 2, elements: 3 };
const listElement = 1;
const element = { key: 1, data: 2, userData: 6 };
const data = { value: 1, verdict: 2 };
const verdictAttributes = { code: 1, chain: 2 };
const verdictKinds: ReadonlyMap<number, Verdict['kind']> = new Map([
  [-1, 'continue'],
  [-3, 'jump'],
  [-4, 'goto'],
  [-5, 'return'],
  [0, 'drop'],
  [1, 'accept'],
]);
