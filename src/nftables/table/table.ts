import { textHash } from '../../net/text-hash.ts';
import { withCountersAtZero } from '../../rules-text/nft/scan-rule.ts';
import type { ChainName, SetName } from '../names.ts';

/** A rule worded as nft lists it. */
export type Rule = string & { readonly brand: 'nftables Rule' };

/** The key of an element: `10.96.0.1 . tcp . 80`. */
export type Key = string & { readonly brand: 'nftables Key' };

/** The data of a map's element: an endpoint, or a verdict with whose it is (see `commentedData`); empty in a set. */
export type Data = string & { readonly brand: 'nftables Data' };

export type Elements = ReadonlyMap<Key, Data>;

export interface Chain {
  readonly name: ChainName;
  /** `type nat hook prerouting priority dstnat; policy accept;`; `undefined` for regular chains. */
  readonly hook: string | undefined;
  readonly rules: readonly Rule[];
}

export interface SetDeclaration {
  readonly name: SetName;
  readonly kind: 'map' | 'set';
  /** `type …`, `flags …`, `counter`, as nft lists them. */
  readonly properties: readonly string[];
}

/** A table without elements: its chains, and the declarations of its maps and sets. */
export interface TableSchema {
  /** The kernel calls none of its chains (`flags dormant`, which somebody else has set). */
  readonly isDormant?: boolean;
  readonly sets: ReadonlyMap<SetName, SetDeclaration>;
  readonly chains: ReadonlyMap<ChainName, Chain>;
}

/** A table, as in a kernel or a file. */
export interface Table extends TableSchema {
  readonly elements: ReadonlyMap<SetName, Elements>;
}

export const emptyTable: Table = { sets: new Map(), chains: new Map(), elements: new Map() };

/** Whether rules are the same but for the values of counters. */
export function sameRules(some: readonly Rule[], others: readonly Rule[]): boolean {
  return (
    some.length === others.length &&
    some.every((rule, index) => withoutCounts(rule) === withoutCounts(others[index] ?? ('' as Rule)))
  );
}

/** A rule without the value of its counter. */
export function withoutCounts(rule: Rule): Rule {
  return withCountersAtZero(rule) as Rule;
}

/** A hash of a chain's hook and rules. */
export function chainHash({ hook, rules }: Omit<Chain, 'name'>): number {
  return textHash([hook ?? '', ...rules.map(withoutCounts)].join('\n'));
}
