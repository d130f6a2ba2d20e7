import { randomUUID } from 'node:crypto';
import type { Kind, Stored } from '../kinds/kinds.ts';
import { type Admission, admitAll } from './admission.ts';
import { type ApiObject, isObject, keyOf, type StoredObject, stampObject } from './api-object.ts';
import { type DeleteOptions, decideDeletion } from './decide-deletion.ts';
import { applyWrite, isSame, withoutServers } from './merge-write.ts';
import { generateName } from './names.ts';
import type { Objects } from './objects.ts';
import { alreadyExists, conflict, notFound, Refusal, unknownKind } from './refusal.ts';
import { resourceOf, type ServedResource, servedResources } from './resources.ts';

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

export interface StoreOptions {
  /** Of what happened before; 1 where it is absent. */
  readonly version?: number;
  /** Checks and completes what is written; where it is absent, everything is taken as it comes. */
  readonly admission?: Admission;
  /** How many changes watches may go back; none is forgotten where it is absent. */
  readonly history?: number;
  /** Random ones where it is absent. */
  readonly nextUid?: () => string;
  /** Whether objects carry `metadata.managedFields`. */
  readonly managedFields?: boolean;
}

export interface WriteOptions {
  /** What of the object is written: all but its status, or the status alone. */
  readonly part?: 'object' | 'status';
  /** Everything is checked, and nothing is kept. */
  readonly dryRun?: boolean;
}

/** What a backup of etcd holds. */
export interface Backup {
  readonly version: number;
  readonly objects: ReadonlyMap<Kind, ReadonlyMap<string, StoredObject>>;
}

/**
 * The objects by kind, one count of versions for all of them, and what happened since the last compaction. All calls
 * are synchronous. `key` is `namespace/name`, or the name of what has no namespace. A refused write throws a `Refusal`,
 * which holds the Status that a client gets.
 */
export class ObjectStore implements Objects {
  readonly #options: StoreOptions;
  readonly #admission: Admission;
  readonly #listeners = new Set<(change: StoreChange) => void>();
  #version: number;
  #objects = new Map<Kind, Map<string, StoredObject>>();
  /** Those that were asked for since they last changed. */
  readonly #sorted = new Map<Kind, readonly StoredObject[]>();
  #history: StoreChange[] = [];
  #compacted = 0;
  #untold: StoreChange[] = [];
  #telling = false;

  constructor(options: StoreOptions = {}) {
    this.#options = options;
    this.#admission = options.admission ?? admitAll;
    this.#version = options.version ?? 1;
  }

  /** Of the last change of anything. */
  get version(): number {
    return this.#version;
  }

  /** What happened after this version is known. */
  get compacted(): number {
    return this.#compacted;
  }

  /**
   * Tells every change from now on, in order, before the call that made it returns. A change that a listener makes is told
   * after the one it listens to. Returns what ends it.
   */
  watch(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get<K extends Kind>(kind: K, key: string): Stored<K> | undefined {
    return this.#kind(kind).get(key) as Stored<K> | undefined;
  }

  /** In the order of keys, as etcd lists them. */
  list<K extends Kind>(kind: K, namespace?: string): readonly Stored<K>[] {
    const known = this.#sorted.get(kind) ?? sorted(this.#kind(kind));
    this.#sorted.set(kind, known);
    const all = known as readonly Stored<K>[];
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** An object of a kind that is kept; without a name, one is made of `metadata.generateName`. */
  create(object: ApiObject, { dryRun = false }: WriteOptions = {}): StoredObject {
    const resource = resourceOf(object);
    if (resource === undefined) throw new Refusal(unknownKind(object));
    const kept = inNamespace(resource.view?.keep(object) ?? object, resource);
    const named = generateName(asNew(kept), (key) => this.#kind(resource.kind).has(key));
    const key = keyOf(named, resource.namespaced);
    const admitted = this.#admission.create(named, servedResources[resource.kind], this);
    if (this.#kind(resource.kind).has(key)) throw new Refusal(alreadyExists(resource, admitted));
    return this.#write(resource.kind, key, undefined, admitted, dryRun);
  }

  /**
   * Replaces an object. Where it names a resourceVersion, that must be the newest. What changes nothing makes no new version.
   * The last finalizer's removal removes an object that is being deleted.
   */
  update(object: ApiObject, { part = 'object', dryRun = false }: WriteOptions = {}): StoredObject {
    const resource = resourceOf(object);
    if (resource === undefined) throw new Refusal(unknownKind(object));
    const kept = inNamespace(resource.view?.keep(object) ?? object, resource);
    const key = keyOf(kept, resource.namespaced);
    const before = this.#kind(resource.kind).get(key);
    if (before === undefined) throw new Refusal(notFound(resource, nameOf(kept)));
    const written = applyWrite(before, kept, servedResources[resource.kind], part);
    if (written === 'conflict') throw new Refusal(conflict(resource, before.metadata.name));
    const admitted = this.#admission.update(before, written, servedResources[resource.kind], this, part);
    if (isSame(before, admitted)) return before;
    const after = this.#write(resource.kind, key, before, admitted, dryRun);
    const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = after.metadata;
    const isOver = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0;
    if (isOver && finalizers.length === 0 && !this.#isInUse(after) && !dryRun)
      this.#remove(resource.kind, key, after);
    return after;
  }

  /** Reads, changes and writes an object in one step; a change that gives `undefined` leaves it. `undefined` where there is none. */
  modify<K extends Kind>(
    kind: K,
    key: string,
    change: (object: Stored<K>) => ApiObject | undefined,
    options: WriteOptions = {},
  ): StoredObject | undefined {
    const object = this.get(kind, key);
    const changed = object === undefined ? undefined : change(object);
    return changed === undefined ? object : this.update(changed, options);
  }

  /**
   * Deletes an object: at once, or, where it has finalizers, is a Namespace with something in it, or a Pod on a node, by a
   * `deletionTimestamp`. A Pod's kubelet removes it by a call with `gracePeriodSeconds: 0`.
   */
  remove(
    kind: Kind,
    key: string,
    options: DeleteOptions = {},
  ): { readonly object: StoredObject; readonly gone: boolean } {
    const resource = servedResources[kind];
    const before = this.#kind(kind).get(key);
    if (before === undefined) throw new Refusal(notFound(resource, key.slice(key.indexOf('/') + 1)));
    const { uid = before.metadata.uid, resourceVersion = before.metadata.resourceVersion } = options;
    if (uid !== before.metadata.uid || resourceVersion !== before.metadata.resourceVersion)
      throw new Refusal(conflict(resource, before.metadata.name));
    this.#admission.remove(before, resource);
    const decision = decideDeletion(before, options, !this.#isInUse(before));
    if (options.dryRun) return { object: before, gone: decision === 'remove' };
    if (decision === 'remove') return { object: this.#remove(kind, key, before), gone: true };
    if (decision === 'leave') return { object: before, gone: false };
    return { object: this.#write(kind, key, before, decision, false), gone: false };
  }

  /** Creates or replaces an object without any check; returns its version. */
  put(object: ApiObject): string {
    const resource = resourceOf(object);
    if (resource === undefined) throw new Refusal(unknownKind(object));
    const kept = inNamespace(resource.view?.keep(object) ?? object, resource);
    const key = keyOf(kept, resource.namespaced);
    const before = this.#kind(resource.kind).get(key);
    return this.#write(resource.kind, key, before, kept, false, true).metadata.resourceVersion;
  }

  /** How the objects were; `undefined` where that is no longer known, or not yet. */
  listAt(kind: Kind, version: number): readonly StoredObject[] | undefined {
    if (version < this.#compacted || version > this.#version) return undefined;
    const objects = new Map(this.#kind(kind));
    for (const change of this.#history.filter((each) => each.kind === kind).reverse()) {
      if (change.version <= version) break;
      if (change.before === undefined) objects.delete(change.key);
      else objects.set(change.key, change.before);
    }
    return sorted(objects);
  }

  /** Call only for versions that are not compacted. */
  since(kind: Kind, version: number): readonly StoreChange[] {
    return this.#history.filter((change) => change.kind === kind && change.version > version);
  }

  compact(version: number): void {
    this.#compacted = Math.max(this.#compacted, Math.min(version, this.#version));
    this.#history = this.#history.filter((change) => change.version > this.#compacted);
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
    this.#history = [];
    this.#compacted = version;
  }

  #write(
    kind: Kind,
    key: string,
    before: StoredObject | undefined,
    object: ApiObject,
    dryRun: boolean,
    alwaysCounts = false,
  ): StoredObject {
    const version = this.#version + 1;
    const time = now();
    const counted = before === undefined || alwaysCounts || !isSame(before, object, 'spec');
    const generation = (before?.metadata.generation ?? 0) + (counted ? 1 : 0);
    const after = stampObject(alwaysCounts ? object : uncounted(object), {
      uid: before?.metadata.uid ?? this.#options.nextUid?.() ?? randomUUID(),
      resourceVersion: String(version),
      generation: servedResources[kind].generations ? generation : undefined,
      creationTimestamp: before?.metadata.creationTimestamp ?? time,
      bookedAt: this.#options.managedFields ? time : undefined,
    });
    if (!dryRun) this.#change({ version, kind, key, before, after });
    return after;
  }

  #remove(kind: Kind, key: string, before: StoredObject): StoredObject {
    this.#change({ version: this.#version + 1, kind, key, before, after: undefined });
    return before;
  }

  /** Of a Namespace: whether anything is in it. */
  #isInUse({ kind, metadata }: StoredObject): boolean {
    if (kind !== 'Namespace') return false;
    return [...this.#objects.values()].some((objects) =>
      objects.values().some((object) => object.metadata.namespace === metadata.name),
    );
  }

  #change(change: StoreChange): void {
    this.#version = change.version;
    const objects = this.#kind(change.kind);
    if (change.after === undefined) objects.delete(change.key);
    else objects.set(change.key, change.after);
    this.#sorted.delete(change.kind);
    this.#history.push(change);
    this.#forget();
    this.#tell(change);
  }

  /** Now and then, since each time costs as much as the history is long. */
  #forget(): void {
    const { history } = this.#options;
    if (history === undefined || this.#history.length < 2 * history) return;
    const last = this.#history.at(-history - 1);
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

/** In seconds, as the server writes times. */
export function now(): string {
  return new Date(Date.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}

function inNamespace(object: ApiObject, { namespaced }: ServedResource): ApiObject {
  if (!namespaced || !isObject(object.metadata)) return object;
  return { ...object, metadata: { namespace: 'default', ...object.metadata } };
}

/** The server counts generations itself. */
function uncounted(object: ApiObject): ApiObject {
  const { generation: _generation, ...metadata } = isObject(object.metadata) ? object.metadata : {};
  return { ...object, metadata };
}

function asNew(object: ApiObject): ApiObject {
  return isObject(object.metadata) ? { ...object, metadata: withoutServers(object.metadata) } : object;
}

function nameOf({ metadata }: ApiObject): string {
  return String(isObject(metadata) ? metadata.name : undefined);
}

function sorted(objects: ReadonlyMap<string, StoredObject>): readonly StoredObject[] {
  return [...objects.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}
