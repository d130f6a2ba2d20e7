import type { ChainName, ClientSetName, SlotMap } from '../names.ts';
import type { Data, Key, Rule } from '../table/table.ts';
import type { Transaction } from '../table/table-transaction.ts';

/**
 * Slots, chains and client sets that nothing refers to any more, and that packets in transit may still need. Each
 * lookup uses the newest generation of the table: a packet that was led to a slot by the old rules looks it up in the
 * new table. Therefore they are deleted some time after the transaction that ends their use.
 */
export class PendingDeletions {
  readonly #slots = new Map<SlotMap, Map<Key, Since<Data>>>();
  readonly #chains = new Map<ChainName, Since<readonly Rule[]>>();
  readonly #clientSets = new Map<ClientSetName, Since<true>>();

  addSlot(map: SlotMap, key: Key, data: Data, now: number): void {
    const slots = this.#slots.get(map) ?? new Map<Key, Since<Data>>();
    this.#slots.set(map, slots.set(key, { since: now, value: data }));
  }

  addChain(name: ChainName, rules: readonly Rule[], now: number): void {
    this.#chains.set(name, { since: now, value: rules });
  }

  addClientSet(name: ClientSetName, now: number): void {
    this.#clientSets.set(name, { since: now, value: true });
  }

  /** The data of a slot that is pending and in use again now; likewise for chains and client sets. */
  reuseSlot(map: SlotMap, key: Key): Data | undefined {
    return take(this.#slots.get(map), key);
  }

  reuseChain(name: ChainName): readonly Rule[] | undefined {
    return take(this.#chains, name);
  }

  reuseClientSet(name: ClientSetName): boolean {
    return take(this.#clientSets, name) !== undefined;
  }

  /** All pending slots. */
  *slots(): Iterable<{ readonly map: SlotMap; readonly key: Key; readonly data: Data }> {
    for (const [map, entries] of this.#slots) {
      for (const [key, { value }] of entries) yield { map, key, data: value };
    }
  }

  /** Since when the oldest has been pending; `undefined` if nothing is. */
  get oldest(): number | undefined {
    const firsts = [...this.#slots.values(), this.#chains, this.#clientSets].flatMap(
      (entries) => entries.values().next().value?.since ?? [],
    );
    return firsts.length === 0 ? undefined : Math.min(...firsts);
  }

  /** The transaction that deletes what has been pending since that time or longer. */
  deleteOlderThan(time: number): Transaction {
    const slots = [...this.#slots].map(([set, entries]) => ({
      kind: 'delete-elements' as const,
      set,
      keys: removeOlder(entries, time),
    }));
    const chains = removeOlder(this.#chains, time);
    return [
      ...slots.filter(({ keys }) => keys.length > 0),
      // Some lead to others, and a chain cannot be deleted while it is referred to.
      ...chains.map((name) => ({ kind: 'flush-chain' as const, name })),
      ...chains.map((name) => ({ kind: 'delete-chain' as const, name })),
      ...removeOlder(this.#clientSets, time).map((name) => ({ kind: 'delete-set' as const, name })),
    ];
  }
}

interface Since<T> {
  readonly since: number;
  readonly value: T;
}

function take<K, T>(entries: Map<K, Since<T>> | undefined, key: K): T | undefined {
  const found = entries?.get(key);
  if (found !== undefined) entries?.delete(key);
  return found?.value;
}

/** Entries are in the order of their times. */
function removeOlder<K, T>(entries: Map<K, Since<T>>, time: number): K[] {
  const keys: K[] = [];
  for (const [key, { since }] of entries) {
    if (since > time) break;
    keys.push(key);
    entries.delete(key);
  }
  return keys;
}
