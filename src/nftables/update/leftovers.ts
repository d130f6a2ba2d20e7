import type { ChainName, ClientSetName, SlotMap } from '../names.ts';
import type { Data, Key, Rule } from '../table/table.ts';
import type { Transaction } from '../table/transaction.ts';

/**
 * What nothing leads to any more, but a packet may still be on its way to. The kernel looks at the newest table in each
 * lookup, so a packet that took the way to a slot in the old table looks for the slot in the new one. Therefore slots,
 * chains and their sets outlive the transaction that ends their use.
 */
export class Leftovers {
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

  /** What the slot holds, where it is left over; it is in use again then, and so with the others. */
  takeSlot(map: SlotMap, key: Key): Data | undefined {
    return take(this.#slots.get(map), key);
  }

  takeChain(name: ChainName): readonly Rule[] | undefined {
    return take(this.#chains, name);
  }

  takeClientSet(name: ClientSetName): boolean {
    return take(this.#clientSets, name) !== undefined;
  }

  /** All slots that are left over. */
  *slots(): Iterable<{ readonly map: SlotMap; readonly key: Key; readonly data: Data }> {
    for (const [map, entries] of this.#slots) {
      for (const [key, { value }] of entries) yield { map, key, data: value };
    }
  }

  /** When the oldest was left; `undefined` where nothing is. */
  get oldest(): number | undefined {
    const firsts = [...this.#slots.values(), this.#chains, this.#clientSets].flatMap(
      (entries) => entries.values().next().value?.since ?? [],
    );
    return firsts.length === 0 ? undefined : Math.min(...firsts);
  }

  /** The transaction that removes what was left before that time; it is forgotten here. */
  takeOlderThan(time: number): Transaction {
    const slots = [...this.#slots].map(([set, entries]) => ({
      kind: 'delete-elements' as const,
      set,
      keys: takeOlder(entries, time),
    }));
    const chains = takeOlder(this.#chains, time);
    return [
      ...slots.filter(({ keys }) => keys.length > 0),
      // Some lead to others, and a chain that something leads to cannot go.
      ...chains.map((name) => ({ kind: 'flush-chain' as const, name })),
      ...chains.map((name) => ({ kind: 'delete-chain' as const, name })),
      ...takeOlder(this.#clientSets, time).map((name) => ({ kind: 'delete-set' as const, name })),
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

/** Entries stand in the order in which they were left. */
function takeOlder<K, T>(entries: Map<K, Since<T>>, time: number): K[] {
  const keys: K[] = [];
  for (const [key, { since }] of entries) {
    if (since > time) break;
    keys.push(key);
    entries.delete(key);
  }
  return keys;
}
