import { clientSet } from '../content/client-set.ts';
import { type ServiceContent, type SlotRange, slotKey } from '../content/service-content.ts';
import type { ChainName, ClientSetName, FixedSet, SharedSet, SlotMap } from '../names.ts';
import { fixedSets, isSlotMap } from '../names.ts';
import type { NftablesOptions } from '../nftables-options.ts';
import { chainHash, type Data, type Key, type Rule, sameRules } from '../table/table.ts';
import type { Element, Step, Transaction } from '../table/transaction.ts';
import type { TableBook } from './table-book.ts';
import type { Unclaimed } from './unclaimed.ts';

/** Collects the steps that lead from what stands in the table to the contents of Services. */
export class TableUpdate {
  readonly #book: TableBook;
  readonly #options: NftablesOptions;
  readonly #unclaimed: Unclaimed;
  readonly #now: number;
  #frame: FrameSteps = noFrameSteps();
  #removed = new Map<FixedSet, Key[]>();
  #added = new Map<FixedSet, Element[]>();
  #size = 0;

  /** `now` in milliseconds, of any clock that the book always hears. */
  constructor(book: TableBook, options: NftablesOptions, unclaimed: Unclaimed, now: number) {
    this.#book = book;
    this.#options = options;
    this.#unclaimed = unclaimed;
    this.#now = now;
  }

  /** How many elements the next transaction adds and removes. */
  get size(): number {
    return this.#size;
  }

  /** Lets the Service stand as its content says. */
  place(content: ServiceContent): void {
    for (const shape of content.shapes) {
      for (const { name, rules } of this.#book.use(shape)) this.#placeChain(name, rules);
    }
    for (const name of content.clientSets) this.#placeClientSet(name);
    for (const [name, rules] of content.chains) this.#placeChain(name, rules);
    for (const [map, elements] of content.slots) {
      for (const [key, data] of elements) this.#placeSlot(map, key, data);
    }
    for (const range of content.slotRanges) this.#vacate(range, content);
    for (const [set, elements] of content.dispatch) {
      for (const [key, data] of elements) this.#placeElement(set, key, data);
    }
    for (const [set, keys] of content.shared) {
      for (const key of keys) this.#placeShared(set, key);
    }
  }

  /** What no Service claimed goes; at once, or where packets may be on their way to it, later. What is kept stays. */
  removeUnclaimed(): void {
    const { leftovers, kept } = this.#book;
    for (const set of fixedSets) {
      for (const [key, data] of this.#unclaimed.elements[set]) {
        if (kept.holds(set, key)) continue;
        if (isSlotMap(set)) leftovers.addSlot(set, key, data, this.#now);
        else this.#remove(set, key);
      }
    }
    for (const [name, rules] of this.#unclaimed.chains) {
      this.#book.chains.set(name, chainHash({ hook: undefined, rules }));
      if (!kept.holdChain(name, rules)) leftovers.addChain(name, rules, this.#now);
    }
    for (const name of this.#unclaimed.clientSets) leftovers.addClientSet(name, this.#now);
  }

  /** The transaction for what was collected since the last; empty where that is nothing. */
  take(): Transaction {
    const { sets, chains, flushes, rules } = this.#frame;
    const removed = [...this.#removed].map(([set, keys]) => ({
      kind: 'delete-elements' as const,
      set,
      keys,
    }));
    const added = [...this.#added].map(([set, elements]) => ({
      kind: 'add-elements' as const,
      set,
      elements,
    }));
    this.#frame = noFrameSteps();
    this.#removed = new Map();
    this.#added = new Map();
    this.#size = 0;
    return [...sets, ...chains, ...flushes, ...rules, ...removed, ...added];
  }

  #placeChain(name: ChainName, rules: readonly Rule[]): void {
    this.#book.chains.set(name, chainHash({ hook: undefined, rules }));
    const { leftovers, kept } = this.#book;
    const standing =
      takeFrom(this.#unclaimed.chains, name) ?? leftovers.takeChain(name) ?? kept.takeChain(name);
    if (standing !== undefined && sameRules(standing, rules)) return;
    if (standing === undefined)
      this.#frame.chains.push({ kind: 'add-chain', chain: { name, hook: undefined } });
    else this.#frame.flushes.push({ kind: 'flush-chain', name });
    this.#frame.rules.push({ kind: 'add-rules', name, rules });
  }

  #placeClientSet(name: ClientSetName): void {
    const { leftovers, kept } = this.#book;
    if (this.#unclaimed.clientSets.delete(name) || leftovers.takeClientSet(name)) return;
    if (kept.takeClientSet(name)) return;
    this.#frame.sets.push({ kind: 'add-set', set: clientSet(name, this.#options) });
  }

  #placeSlot(map: SlotMap, key: Key, data: Data): void {
    const { leftovers } = this.#book;
    this.#replace(map, key, this.#takeStanding(map, key) ?? leftovers.takeSlot(map, key), data);
  }

  #placeShared(set: SharedSet, key: Key): void {
    if (this.#book.share(set, key)) this.#placeElement(set, key, '' as Data);
  }

  #placeElement(set: FixedSet, key: Key, data: Data): void {
    this.#replace(set, key, this.#takeStanding(set, key), data);
  }

  #takeStanding(set: FixedSet, key: Key): Data | undefined {
    return takeFrom(this.#unclaimed.elements[set], key) ?? this.#book.kept.takeElement(set, key);
  }

  /** Slots that the frontend had and has no more: packets on their way there must find an endpoint that is in use. */
  #vacate({ map, frontend, size }: SlotRange, content: ServiceContent): void {
    const inUse = content.slots.get(map);
    for (let slot = size; ; slot += 1) {
      const key = slotKey(frontend, slot);
      const standing = takeFrom(this.#unclaimed.elements[map], key);
      const data = inUse?.get(slotKey(frontend, slot % size));
      if (standing === undefined || data === undefined) return;
      this.#replace(map, key, standing, data);
      this.#book.leftovers.addSlot(map, key, data, this.#now);
    }
  }

  #replace(set: FixedSet, key: Key, standing: Data | undefined, data: Data): void {
    if (standing === data) return;
    if (standing !== undefined) this.#remove(set, key);
    this.#size += 1;
    append(this.#added, set, [key, data]);
  }

  #remove(set: FixedSet, key: Key): void {
    this.#size += 1;
    append(this.#removed, set, key);
  }
}

/** In the order in which they must come: rules lead to chains and sets. */
interface FrameSteps {
  readonly sets: Step[];
  readonly chains: Step[];
  readonly flushes: Step[];
  readonly rules: Step[];
}

function noFrameSteps(): FrameSteps {
  return { sets: [], chains: [], flushes: [], rules: [] };
}

function takeFrom<K, V>(entries: Map<K, V>, key: K): V | undefined {
  const found = entries.get(key);
  if (found !== undefined) entries.delete(key);
  return found;
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
