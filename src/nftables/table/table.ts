import { withCountersAtZero } from '../../rules-text/nft/scan-rule.ts';
import type { ChainName, SetName } from '../names.ts';
import { textHash } from '../text-hash.ts';

/** A rule in the words and the order in which nft lists it. */
export type Rule = string & { readonly brand: 'nftables Rule' };

/** A key of an element, `10.96.0.1 . tcp . 80`. */
export type Key = string & { readonly brand: 'nftables Key' };

/** What a map's element holds: a verdict or an endpoint; empty in a set. */
export type Data = string & { readonly brand: 'nftables Data' };

export type Elements = ReadonlyMap<Key, Data>;

export interface Chain {
  readonly name: ChainName;
  /** `type nat hook prerouting priority dstnat; policy accept;`; `undefined` where no hook calls the chain. */
  readonly hook: string | undefined;
  readonly rules: readonly Rule[];
}

export interface SetDeclaration {
  readonly name: SetName;
  readonly kind: 'map' | 'set';
  /** `type …`, `flags …`, `counter`: one word or more each, as nft lists them. */
  readonly properties: readonly string[];
}

/** A table without what its sets hold. */
export interface TableFrame {
  readonly sets: ReadonlyMap<SetName, SetDeclaration>;
  readonly chains: ReadonlyMap<ChainName, Chain>;
}

/** A table as it stands in a kernel or a file. */
export interface Table extends TableFrame {
  readonly elements: ReadonlyMap<SetName, Elements>;
}

export const emptyTable: Table = { sets: new Map(), chains: new Map(), elements: new Map() };

/** Whether a chain's rules are the same but for what their counters have counted. */
export function sameRules(some: readonly Rule[], others: readonly Rule[]): boolean {
  return (
    some.length === others.length &&
    some.every((rule, index) => withoutCounts(rule) === withoutCounts(others[index] ?? ('' as Rule)))
  );
}

/** A rule without what its counter has counted. */
export function withoutCounts(rule: Rule): Rule {
  return withCountersAtZero(rule) as Rule;
}

/**
 * A number that is the same for chains with the same hook and rules. A terse listing leaves the contents of anonymous
 * sets out, so they do not count.
 */
export function chainHash({ hook, rules }: Omit<Chain, 'name'>): number {
  const lines = rules.map((rule) => withoutCounts(rule).replace(/\{.*?\}/g, '{}'));
  return textHash([hook ?? '', ...lines].join('\n'));
}
