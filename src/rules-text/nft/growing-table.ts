import type { Family } from '../../net/family.ts';
import { textOfKey } from '../elements.ts';
import type { Element, Rule, Scalar } from '../rule.ts';
import type { BaseChain, ElementSet } from '../ruleset.ts';
import type { SetDeclaration, TableFamily } from './listed-parts.ts';
import { chainOfBlock, type NftTable } from './nft-table.ts';
import { readNftListing } from './read-listing.ts';

/** A part of a table that nft lists alone: a chain, a set, or the element of a set that a key falls into. */
export type TablePart =
  | { readonly chain: string }
  | { readonly set: string }
  | { readonly set: string; readonly key: readonly Scalar[] };

/**
 * A table of a listing that left out elements, or rules. It answers `unread` for what nobody has learnt yet: then ask nft by
 * `command`, and let the table `learn` what it printed.
 */
export class GrowingTable implements NftTable {
  readonly language = 'nftables';
  readonly #frame: NftTable;
  /** By chain, the listing that has it. */
  readonly #chains = new Map<string, NftTable | 'absent'>();
  readonly #sets = new Map<string, ElementSet | 'absent'>();
  readonly #elements = new Map<string, LearntElements>();

  constructor(listed: NftTable) {
    this.#frame = listed;
  }

  get name(): string {
    return this.#frame.name;
  }

  get family(): TableFamily {
    return this.#frame.family;
  }

  get packetFamily(): Family {
    return this.#frame.packetFamily;
  }

  get tableName(): string {
    return this.#frame.tableName;
  }

  get baseChains(): readonly BaseChain[] {
    return this.#frame.baseChains;
  }

  get chainNames(): readonly string[] {
    return this.#frame.chainNames;
  }

  get setNames(): readonly string[] {
    return this.#frame.setNames;
  }

  declaration(set: string): SetDeclaration | 'absent' {
    return this.#frame.declaration(set);
  }

  chain(name: string): readonly Rule[] | 'absent' | 'unread' {
    const listed = this.#chains.get(chainOfBlock(name) ?? name) ?? this.#frame;
    return listed === 'absent' ? listed : listed.chain(name);
  }

  /** A set whose elements can be asked for one by one is never `unread` itself, but its elements are. */
  set(name: string): ElementSet | 'absent' | 'unread' {
    const known = this.#sets.get(name) ?? this.#frame.set(name);
    return known === 'unread' ? (this.#learnt(name) ?? 'unread') : known;
  }

  /** The words after `nft`; joined by spaces, a command for libnftables as well. */
  command(part: TablePart): readonly string[] {
    const place = [this.family, this.tableName];
    if ('chain' in part) return ['list', 'chain', ...place, part.chain];
    const declaration = this.declaration(part.set);
    const kind = declaration === 'absent' ? 'set' : declaration.kind;
    if (!('key' in part) || !this.#isAskedByKey(part.set)) return ['list', kind, ...place, part.set];
    return ['get', 'element', ...place, part.set, `{ ${this.#keyOf(part.set, part.key).join(' . ')} }`];
  }

  /**
   * Takes what nft printed, as text or JSON; `undefined` where it said that there is no such thing. Throws `NotAListing` where
   * the text is none.
   */
  learn(part: TablePart, printed: string | undefined): void {
    const listed = printed === undefined ? undefined : this.#listed(printed);
    if ('chain' in part) {
      this.#chains.set(part.chain, listed ?? 'absent');
      return;
    }
    const set = listed?.set(part.set) ?? 'absent';
    if (!('key' in part) || !this.#isAskedByKey(part.set))
      this.#sets.set(part.set, set === 'unread' ? 'absent' : set);
    else this.#learnt(part.set)?.learn(part.key, typeof set === 'string' ? 'absent' : set.find(part.key));
  }

  /** Takes an element that somebody else read; `undefined` where the set has none for this key. */
  learnElement(set: string, key: readonly Scalar[], element: Element | undefined): void {
    this.#learnt(set)?.learn(key, element ?? 'absent');
  }

  /** `nft get element` finds no element by a key that falls into `*`, or into a part of a concatenation. */
  #isAskedByKey(set: string): boolean {
    const declaration = this.declaration(set);
    return declaration !== 'absent' && !declaration.hasIntervals;
  }

  #learnt(set: string): LearntElements | undefined {
    const declaration = this.declaration(set);
    if (declaration === 'absent' || declaration.hasIntervals) return undefined;
    let learnt = this.#elements.get(set);
    if (learnt === undefined) {
      learnt = new LearntElements();
      this.#elements.set(set, learnt);
    }
    return learnt;
  }

  #keyOf(set: string, key: readonly Scalar[]): readonly string[] {
    const declaration = this.declaration(set);
    const types = declaration === 'absent' ? [] : declaration.key;
    return key.map((scalar, at) => types[at]?.format(scalar) ?? String(scalar));
  }

  #listed(printed: string): NftTable | undefined {
    return readNftListing(printed, this.packetFamily).find(({ name }) => name === this.name);
  }
}

/** The elements that somebody has asked for. */
class LearntElements implements ElementSet {
  readonly #answers = new Map<string, Element | 'absent' | 'unread'>();

  find(key: readonly Scalar[]): Element | 'absent' | 'unread' {
    return this.#answers.get(textOfKey(key)) ?? 'unread';
  }

  elements(): 'unread' {
    return 'unread';
  }

  learn(key: readonly Scalar[], answer: Element | 'absent' | 'unread'): void {
    this.#answers.set(textOfKey(key), answer);
  }
}
