import type { Json } from '../../../rules-text/nft/json/json-values.ts';
import type { Verdict } from '../../../rules-text/rule.ts';
import { type Attributes, bytesOf, textOf } from '../netlink-attributes.ts';
import { verdictAttributes, verdictCodes } from './kernel-numbers.ts';

/** The verdict in NFTA_DATA_VERDICT; `undefined` of none, and of one that is not known. */
export function verdictOf(verdict: Attributes | undefined): Verdict | undefined {
  const code = bytesOf(verdict?.find(verdictAttributes.code))?.readInt32BE(0);
  const kind = code === undefined ? undefined : verdictKinds.get(code);
  if (kind !== 'jump' && kind !== 'goto') return kind && { kind };
  const chain = textOf(verdict?.find(verdictAttributes.chain));
  return chain === undefined ? undefined : { kind, chain };
}

/** As nft's JSON has it: `{ accept: null }`, `{ goto: { target: "CHAIN" } }`. */
export function verdictJson(verdict: Attributes | undefined): Json | undefined {
  const known = verdictOf(verdict);
  return known && { [known.kind]: 'chain' in known ? { target: known.chain } : null };
}

/** nft's words for them. */
export const verdictKinds: ReadonlyMap<number, Verdict['kind']> = new Map(
  Object.entries(verdictCodes).map(([kind, code]) => [code, kind as Verdict['kind']]),
);
