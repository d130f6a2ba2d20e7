import type { BaseChain } from '../ruleset.ts';
import type { DataType } from './expression/data-types.ts';

/** The families whose tables see packets of IP. */
export type TableFamily = 'ip' | 'ip6' | 'inet';

export function isIpFamily(family: string): family is TableFamily {
  return family === 'ip' || family === 'ip6' || family === 'inet';
}

/** A table as it stands in a listing: its parts are found, and read when they are asked for. */
export interface ListedTable {
  readonly family: TableFamily;
  readonly name: string;
  /** The kernel calls no chain of a table with the flag `dormant`. */
  isDormant: boolean;
  /** Whether nft says so, or a rule shows it: an extension of xtables is in it. */
  hasXtables: boolean;
  readonly chains: Map<string, ListedChain>;
  readonly sets: Map<string, ListedSet>;
}

/** A table without anything in it. */
export function newListedTable(family: TableFamily, name: string): ListedTable {
  return { family, name, isDormant: false, hasXtables: false, chains: new Map(), sets: new Map() };
}

export interface ListedChain {
  readonly name: string;
  /** Where the kernel calls it; `other` of hooks that packets of IP do not pass, such as ingress. */
  readonly base: BaseChain | 'other' | undefined;
  /** The rules, each as a text in nft's language; more than one line where a rule has a chain within it. */
  rules(): readonly string[];
}

export interface ListedSet {
  readonly declaration: SetDeclaration;
  /** What stands between the braces of its elements, in nft's language: `10.0.0.1 . tcp . 80 comment "x" : accept, 10.0.0.2 …`. */
  elements(): string;
}

/** What a set or map says of itself. */
export interface SetDeclaration {
  readonly kind: 'set' | 'map';
  readonly name: string;
  /** One for each part of a key. */
  readonly key: readonly DataType[];
  /** Of maps: types of what they give, or `verdict`, or `object` of maps that name counters or limits. */
  readonly data: readonly DataType[] | 'verdict' | 'object' | undefined;
  /** Whether an element may be a range: then nft finds none by a key alone, and must list the whole set. */
  readonly hasIntervals: boolean;
  /** Whether what a map gives may be a range, out of which the kernel chooses. */
  readonly givesRanges: boolean;
}
