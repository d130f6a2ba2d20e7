import { clientSet } from '../content/affinity-chains.ts';
import { type ServiceContent, type SlotRange, slotKey } from '../content/service-content.ts';
import type { ChainName, ClientSetName, FixedSet, SharedSet, SlotMap } from '../names.ts';
import { fixedSets, isSlotMap } from '../names.ts';
import type { NftablesOptions } from '../nftables-options.ts';
import { chainHash, type Data, type Key, type Rule, sameRules } from '../table/table.ts';
import type { Element, Step, Transaction } from '../table/table-transaction.ts';
import type { TableState } from './table-state.ts';
import type { Unclaimed } from './unclaimed.ts';

/** Collects the steps that lead from the present content of the table to the contents of Services. */
export class TableUpdate {
  readonly #state: TableState;
  readonly #options: NftablesOptions;
  readonly #unclaimed: Unclaimed;
  readonly #now: number;
  #schema: SchemaSteps = noSchemaSteps();
  #removed = new Map<FixedSet, Key[]>();
  #added = new Map<FixedSet, Element[]>();
  #size = 0;

  /** `now` in milliseconds of any clock, the same for all updates of a state. */
  constructor(state: TableState, options: NftablesOptions, unclaimed: Unclaimed, now: number) {
    this.#state = state;
    this.#options = options;
    this.#unclaimed = unclaimed;
    this.#now = now;
  }

  /** The number of elements that the next transaction adds and removes. */
  get size(): number {
    return this.#size;
  }

  /** Claims the content of a Service: adds what is missing and replaces what differs. */
  claim(content: ServiceContent): void {
    for (const shape of content.shapes) {
      for (const { name, rules } of this.#state.use(shape)) this.#claimChain(name, rules);
    }
    for (const name of content.clientSets) this.#claimClientSet(name);
    for (const [name, rules] of content.chains) this.#claimChain(name, rules);
    for (const [map, elements] of content.slots) {
      for (const [key, data] of elements) this.#claimSlot(map, key, data);
    }
    for (const range of content.slotRanges) this.#vacate(range, content);
    for (const [set, elements] of content.dispatch) {
      for (const [key, data] of elements) this.#claimElement(set, key, data);
    }
    for (const [set, keys] of content.shared) {
      for (const key of keys) this.#claimShared(set, key);
    }
  }

  /**
   * Removes unclaimed content: at once, or by pending deletions where packets in transit may need it. Kept content
   * stays.
   */
  removeUnclaimed(): void {
    const { pendingDeletions, kept } = this.#state;
    for (const set of fixedSets) {
      for (const [key, data] of this.#unclaimed.elements[set]) {
        if (kept.holds(set, key)) continue;
        if (isSlotMap(set)) pendingDeletions.addSlot(set, key, data, this.#now);
        else this.#remove(set, key);
      }
    }
    for (const [name, rules] of this.#unclaimed.chains) {
      this.#state.chains.set(name, chainHash({ hook: undefined, rules }));
      if (!kept.holdChain(name, rules)) pendingDeletions.addChain(name, rules, this.#now);
    }
    for (const name of this.#unclaimed.clientSets) pendingDeletions.addClientSet(name, this.#now);
  }

  /** The transaction of the steps collected since the last one; may be empty. */
  nextTransaction(): Transaction {
    const { sets, chains, flushes, rules } = this.#schema;
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
    this.#schema = noSchemaSteps();
    this.#removed = new Map();
    this.#added = new Map();
    this.#size = 0;
    return [...sets, ...chains, ...flushes, ...rules, ...removed, ...added];
  }

  #claimChain(name: ChainName, rules: readonly Rule[]): void {
    this.#state.chains.set(name, chainHash({ hook: undefined, rules }));
    const { pendingDeletions, kept } = this.#state;
    const existing =
      removeEntry(this.#unclaimed.chains, name) ?? pendingDeletions.reuseChain(name) ?? kept.claimChain(name);
    if (existing !== undefined && sameRules(existing, rules)) return;
    if (existing === undefined)
      this.#schema.chains.push({ kind: 'add-chain', chain: { name, hook: undefined } });
    else this.#schema.flushes.push({ kind: 'flush-chain', name });
    this.#schema.rules.push({ kind: 'add-rules', name, rules });
  }

  #claimClientSet(name: ClientSetName): void {
    const { pendingDeletions, kept } = this.#state;
    if (this.#unclaimed.clientSets.delete(name) || pendingDeletions.reuseClientSet(name)) return;
    if (kept.claimClientSet(name)) return;
    this.#schema.sets.push({ kind: 'add-set', set: clientSet(name, this.#options) });
  }

  #claimSlot(map: SlotMap, key: Key, data: Data): void {
    const { pendingDeletions } = this.#state;
    this.#replace(map, key, this.#takeExisting(map, key) ?? pendingDeletions.reuseSlot(map, key), data);
  }

  #claimShared(set: SharedSet, key: Key): void {
    if (this.#state.share(set, key)) this.#claimElement(set, key, '' as Data);
  }

  #claimElement(set: FixedSet, key: Key, data: Data): void {
    this.#replace(set, key, this.#takeExisting(set, key), data);
  }

  #takeExisting(set: FixedSet, key: Key): Data | undefined {
    return removeEntry(this.#unclaimed.elements[set], key) ?? this.#state.kept.claimElement(set, key);
  }

  /** Points former slots of a frontend to endpoints in use, for packets in transit, until they are deleted. */
  #vacate({ map, frontend, size }: SlotRange, content: ServiceContent): void {
    const inUse = content.slots.get(map);
    for (let slot = size; ; slot += 1) {
      const key = slotKey(frontend, slot);
      const existing = removeEntry(this.#unclaimed.elements[map], key);
      const data = inUse?.get(slotKey(frontend, slot % size));
      if (existing === undefined || data === undefined) return;
      this.#replace(map, key, existing, data);
      this.#state.pendingDeletions.addSlot(map, key, data, this.#now);
    }
  }

  #replace(set: FixedSet, key: Key, existing: Data | undefined, data: Data): void {
    if (existing === data) return;
    if (existing !== undefined) this.#remove(set, key);
    this.#size += 1;
    append(this.#added, set, [key, data]);
  }

  #remove(set: FixedSet, key: Key): void {
    this.#size += 1;
    append(this.#removed, set, key);
  }
}

/** In the order of application: rules refer to chains and sets. */
interface SchemaSteps {
  readonly sets: Step[];
  readonly chains: Step[];
  readonly flushes: Step[];
  readonly rules: Step[];
}

function noSchemaSteps(): SchemaSteps {
  return { sets: [], chains: [], flushes: [], rules: [] };
}

function removeEntry<K, V>(entries: Map<K, V>, key: K): V | undefined {
  const found = entries.get(key);
  if (found !== undefined) entries.delete(key);
  return found;
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
