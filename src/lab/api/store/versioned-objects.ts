import type { Kind, Stored } from '../kinds/kinds.ts';
import type { StoredObject } from './api-object.ts';
import type { Objects } from './objects.ts';

/** One change, as a watch tells it. */
export interface StoreChange {
  readonly version: number;
  readonly kind: Kind;
  /** `namespace/name`, or the name of what has no namespace. */
  readonly key: string;
  /** `undefined` where it was created. */
  readonly before: StoredObject | undefined;
  /** `undefined` where it was removed. */
  readonly after: StoredObject | undefined;
}

/** What a backup of etcd holds. */
export interface Backup {
  readonly version: number;
  readonly objects: ReadonlyMap<Kind, ReadonlyMap<string, StoredObject>>;
}

export interface HistoryOptions {
  /** Of what happened before; 1 where it is absent. */
  readonly version?: number;
  /** How many changes watches may go back; none is forgotten where it is absent. */
  readonly history?: number;
}

/** The objects by kind, one count of versions for all of them, and what happened since the last compaction. */
export class VersionedObjects implements Objects {
  readonly #history: number | undefined;
  readonly #listeners = new Set<(change: StoreChange) => void>();
  #version: number;
  #objects = new Map<Kind, Map<string, StoredObject>>();
  /** Those that were asked for since they last changed. */
  readonly #sorted = new Map<Kind, readonly StoredObject[]>();
  #changes: StoreChange[] = [];
  #compacted = 0;
  #untold: StoreChange[] = [];
  #telling = false;

  constructor({ version = 1, history }: HistoryOptions) {
    this.#version = version;
    this.#history = history;
  }

  /** Of the last change of anything. */
  get version(): number {
    return this.#version;
  }

  /** What happened after this version is known. */
  get compacted(): number {
    return this.#compacted;
  }

  /** `key` is `namespace/name`, or the name of what has no namespace. */
  get<K extends Kind>(kind: K, key: string): Stored<K> | undefined {
    // What is kept has the shape of its kind.
    return this.#kind(kind).get(key) as Stored<K> | undefined;
  }

  /** In the order of keys, as etcd lists them; all, or those in one namespace. */
  list<K extends Kind>(kind: K, namespace?: string): readonly Stored<K>[] {
    const known = this.#sorted.get(kind) ?? sorted(this.#kind(kind));
    this.#sorted.set(kind, known);
    const all = known as readonly Stored<K>[];
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** Whether any object is in the namespace. */
  hasAnyIn(namespace: string): boolean {
    return [...this.#objects.values()].some((objects) =>
      objects.values().some(({ metadata }) => metadata.namespace === namespace),
    );
  }

  /**
   * Tells every change from now on, in order, before the call that made it returns. A change that a listener makes is told
   * after the one it listens to. Returns what ends it.
   */
  watch(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How the objects were; `undefined` where that is no longer known, or not yet. */
  listAt(kind: Kind, version: number): readonly StoredObject[] | undefined {
    if (version < this.#compacted || version > this.#version) return undefined;
    const objects = new Map(this.#kind(kind));
    for (const change of this.#changes.filter((each) => each.kind === kind).reverse()) {
      if (change.version <= version) break;
      if (change.before === undefined) objects.delete(change.key);
      else objects.set(change.key, change.before);
    }
    return sorted(objects);
  }

  /** Call only for versions that are not compacted. */
  since(kind: Kind, version: number): readonly StoreChange[] {
    return this.#changes.filter((change) => change.kind === kind && change.version > version);
  }

  compact(version: number): void {
    this.#compacted = Math.max(this.#compacted, Math.min(version, this.#version));
    this.#changes = this.#changes.filter((change) => change.version > this.#compacted);
  }

  /** Versions that objects of other kinds used up. */
  skipTo(version: number): void {
    this.#version = Math.max(this.#version, version);
  }

  backup(): Backup {
    return {
      version: this.#version,
      objects: new Map([...this.#objects].map(([kind, objects]) => [kind, new Map(objects)])),
    };
  }

  /** Time goes back: what came after the backup never happened, and the count of versions goes on from it. */
  restore({ version, objects }: Backup): void {
    this.#version = version;
    this.#objects = new Map([...objects].map(([kind, ofKind]) => [kind, new Map(ofKind)]));
    this.#sorted.clear();
    this.#changes = [];
    this.#compacted = version;
  }

  /** Keeps what comes after, unchecked, as the version that follows. */
  commit(change: Omit<StoreChange, 'version'>): void {
    this.#version += 1;
    const objects = this.#kind(change.kind);
    if (change.after === undefined) objects.delete(change.key);
    else objects.set(change.key, change.after);
    this.#sorted.delete(change.kind);
    const made = { version: this.#version, ...change };
    this.#changes.push(made);
    this.#forget();
    this.#tell(made);
  }

  /** Now and then, since each time costs as much as the history is long. */
  #forget(): void {
    const limit = this.#history;
    if (limit === undefined || this.#changes.length < 2 * limit) return;
    const last = this.#changes.at(-limit - 1);
    if (last !== undefined) this.compact(last.version);
  }

  #tell(change: StoreChange): void {
    this.#untold.push(change);
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift())
        for (const listener of [...this.#listeners]) listener(next);
    } finally {
      this.#telling = false;
    }
  }

  #kind(kind: Kind): Map<string, StoredObject> {
    const objects = this.#objects.get(kind) ?? new Map<string, StoredObject>();
    this.#objects.set(kind, objects);
    return objects;
  }
}

function sorted(objects: ReadonlyMap<string, StoredObject>): readonly StoredObject[] {
  return [...objects.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}
