import type { Family } from '../../net/family.ts';
import type { Rule } from '../rule.ts';
import type { BaseChain, ElementSet, RuleTable } from '../ruleset.ts';
import type { RuleContext } from './expression/read-expression.ts';
import type { ListedTable, SetDeclaration, TableFamily } from './listed-parts.ts';
import { readRule } from './read-nft-rule.ts';
import { ListedElements } from './set/element-set.ts';

/** A table of nftables. Its rules and elements are read as they are asked for. */
export interface NftTable extends RuleTable {
  readonly family: TableFamily;
  /** Whose packets the rules are read for: in tables of family inet, rules of the other one match none. */
  readonly packetFamily: Family;
  /** nft's own name for it, `kube-proxy`, where `name` is `nft ip kube-proxy`. */
  readonly tableName: string;
  readonly chainNames: readonly string[];
  readonly setNames: readonly string[];
  declaration(set: string): SetDeclaration | 'absent';
}

/** What a listing leaves out, and does not say so. */
export interface LeftOut {
  /** Of `nft -t`: what named sets and maps hold. They are `unread` then. */
  readonly terse?: boolean;
  /** Of `nft list chains`: the rules. Chains are `unread` then. */
  readonly withoutRules?: boolean;
}

/** The table of a listing, as packets of one family meet it. */
export class ListedNftTable implements NftTable {
  readonly language = 'nftables';
  readonly name: string;
  readonly family: TableFamily;
  readonly tableName: string;
  readonly baseChains: readonly BaseChain[];
  readonly #listed: ListedTable;
  readonly #leftOut: LeftOut;
  readonly packetFamily: Family;
  readonly #rules = new Map<string, readonly Rule[]>();
  readonly #sets = new Map<string, ElementSet>();
  /** Chains that stand within rules. */
  readonly #blocks = new Map<string, readonly string[]>();

  constructor(listed: ListedTable, family: Family, leftOut: LeftOut = {}) {
    this.#listed = listed;
    this.#leftOut = leftOut;
    this.family = listed.family;
    this.tableName = listed.name;
    this.name = `nft ${listed.family} ${listed.name}`;
    this.baseChains = listed.isDormant ? [] : baseChainsOf(listed);
    this.packetFamily = family;
  }

  get chainNames(): readonly string[] {
    return [...this.#listed.chains.keys()];
  }

  get setNames(): readonly string[] {
    return [...this.#listed.sets.keys()];
  }

  chain(name: string): readonly Rule[] | 'absent' | 'unread' {
    const known = this.#rules.get(name);
    if (known !== undefined) return known;
    const listed = this.#listed.chains.get(name);
    if (listed !== undefined && this.#leftOut.withoutRules === true) return 'unread';
    const texts = listed?.rules() ?? this.#blocks.get(name);
    if (texts === undefined) return 'absent';
    const context = this.#contextOf(name);
    const rules = texts.map((text) => readRule(text, context));
    this.#rules.set(name, rules);
    return rules;
  }

  set(name: string): ElementSet | 'absent' | 'unread' {
    const known = this.#sets.get(name);
    if (known !== undefined) return known;
    const listed = this.#listed.sets.get(name);
    if (listed === undefined) return 'absent';
    if (this.#leftOut.terse === true) return 'unread';
    const elements = new ListedElements(listed);
    this.#sets.set(name, elements);
    return elements;
  }

  declaration(set: string): SetDeclaration | 'absent' {
    return this.#listed.sets.get(set)?.declaration ?? 'absent';
  }

  #contextOf(chain: string): RuleContext {
    return {
      family: this.packetFamily,
      declaration: (set) => this.#listed.sets.get(set)?.declaration,
      block: (rules) => this.#nameBlock(rules, chainOfBlock(chain) ?? chain),
    };
  }

  /** No chain of nft's has a brace in its name. */
  #nameBlock(rules: readonly string[], chain: string): string {
    const name = `{block ${this.#blocks.size + 1} of ${chain}}`;
    this.#blocks.set(name, rules);
    return name;
  }
}

/** The chain in whose rules a block stands; `undefined` where the name is none of a block. */
export function chainOfBlock(name: string): string | undefined {
  return /^\{block \d+ of (.*)\}$/.exec(name)?.[1];
}

function baseChainsOf({ chains }: ListedTable): readonly BaseChain[] {
  return [...chains.values()].flatMap(({ base }) => (base === undefined || base === 'other' ? [] : [base]));
}
