import type { Family } from '../net/family.ts';
import type { Element, Rule, Scalar } from './rule.ts';

/** Everything that a packet of one family may pass on a node, from however many listings. */
export interface Ruleset {
  readonly family: Family;
  readonly tables: readonly RuleTable[];
  /** What the listings leave open and is taken for granted, in words. */
  readonly assumptions?: readonly string[];
}

/**
 * A table of iptables or nftables. Its content may be read only as it is asked for: rules of a chain and elements of a
 * set can be `unread`, and then the walk is done again when they have been read.
 */
export interface RuleTable {
  /** As people name it: `iptables nat`, `iptables-legacy filter`, `nft ip portolan`. */
  readonly name: string;
  readonly language: 'iptables' | 'nftables';
  readonly baseChains: readonly BaseChain[];
  chain(name: string): readonly Rule[] | 'absent' | 'unread';
  set(name: string): ElementSet | 'absent' | 'unread';
}

/** A chain that the kernel calls by itself. */
export interface BaseChain {
  readonly name: string;
  readonly hook: Hook;
  readonly type: 'filter' | 'nat' | 'route';
  /** Lower ones come first. */
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
}

export const hooks = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;
export type Hook = (typeof hooks)[number];

/** The elements of a named set or map. */
export interface ElementSet {
  /** Gives the element that the key falls into. */
  find(key: readonly Scalar[]): Element | 'absent' | 'unread';
  /** All of them, in the order of the listing. */
  elements(): Iterable<Element> | 'unread';
}
