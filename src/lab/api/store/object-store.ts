import type { ObjectKind } from '../../../state/records.ts';
import { type ApiObject, isObject, keyOf, type StoredObject, stampObject } from './api-object.ts';
import { isServedKind, type ServedResource, servedResources } from './resources.ts';

/** One change, as a watch tells it. */
export interface StoreChange {
  readonly version: number;
  readonly kind: ObjectKind;
  readonly key: string;
  readonly before: StoredObject | undefined;
  readonly after: StoredObject | undefined;
}

/** What a backup of etcd holds. */
export interface Backup {
  readonly version: number;
  readonly objects: ReadonlyMap<ObjectKind, ReadonlyMap<string, StoredObject>>;
}

/** The objects by kind, one count of versions for all of them, and what happened since the last compaction. */
export class ObjectStore {
  #version: number;
  #objects = new Map<ObjectKind, Map<string, StoredObject>>();
  #history: StoreChange[] = [];
  #compacted = 0;
  #uids = 0;
  readonly #listeners = new Set<(change: StoreChange) => void>();

  constructor(version: number) {
    this.#version = version;
  }

  /** Of the last change of anything. */
  get version(): number {
    return this.#version;
  }

  /** What happened after this version is known. */
  get compacted(): number {
    return this.#compacted;
  }

  onChange(listener: (change: StoreChange) => void): void {
    this.#listeners.add(listener);
  }

  put(object: ApiObject): string {
    const resource = resourceOf(object);
    const key = keyOf(object, resource.namespaced);
    const before = this.#kind(resource.kind).get(key);
    const version = this.#version + 1;
    const after = stampObject(withNamespace(object, resource), {
      uid: before?.metadata.uid ?? this.#nextUid(),
      resourceVersion: String(version),
      generation: resource.generations ? (before?.metadata.generation ?? 0) + 1 : undefined,
      creationTimestamp: before?.metadata.creationTimestamp ?? now(),
      time: now(),
    });
    this.#change({ version, kind: resource.kind, key, before, after });
    return String(version);
  }

  /** Throws where there is no such object. */
  remove(kind: ObjectKind, key: string): string {
    const before = this.#kind(kind).get(key);
    if (before === undefined) throw new Error(`${kind} ${key} does not exist`);
    const version = this.#version + 1;
    this.#change({ version, kind, key, before, after: undefined });
    return String(version);
  }

  /** In the order of keys, as etcd lists them. */
  list(kind: ObjectKind): readonly StoredObject[] {
    return sorted(this.#kind(kind));
  }

  get(kind: ObjectKind, key: string): StoredObject | undefined {
    return this.#kind(kind).get(key);
  }

  /** How the objects were; `undefined` where that is no longer known, or not yet. */
  listAt(kind: ObjectKind, version: number): readonly StoredObject[] | undefined {
    if (version < this.#compacted || version > this.#version) return undefined;
    const objects = new Map(this.#kind(kind));
    for (const change of this.#history.filter(byKind(kind)).reverse()) {
      if (change.version <= version) break;
      if (change.before === undefined) objects.delete(change.key);
      else objects.set(change.key, change.before);
    }
    return sorted(objects);
  }

  /** Call only for versions that are not compacted. */
  since(kind: ObjectKind, version: number): readonly StoreChange[] {
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
    this.#history = [];
    this.#compacted = version;
  }

  #change(change: StoreChange): void {
    this.#version = change.version;
    const objects = this.#kind(change.kind);
    if (change.after === undefined) objects.delete(change.key);
    else objects.set(change.key, change.after);
    this.#history.push(change);
    for (const listener of this.#listeners) listener(change);
  }

  #kind(kind: ObjectKind): Map<string, StoredObject> {
    const objects = this.#objects.get(kind) ?? new Map<string, StoredObject>();
    this.#objects.set(kind, objects);
    return objects;
  }

  #nextUid(): string {
    this.#uids += 1;
    return `00000000-0000-4000-8000-${String(this.#uids).padStart(12, '0')}`;
  }
}

/** In seconds, as the server writes times. */
export function now(): string {
  return new Date(Date.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}

function resourceOf({ kind, apiVersion }: ApiObject): ServedResource {
  if (!isServedKind(kind) || servedResources[kind].apiVersion !== apiVersion)
    throw new Error(`the server keeps no ${apiVersion} ${kind}`);
  return servedResources[kind];
}

function withNamespace(object: ApiObject, { namespaced }: ServedResource): ApiObject {
  if (!namespaced || !isObject(object.metadata)) return object;
  return { ...object, metadata: { namespace: 'default', ...object.metadata } };
}

function sorted(objects: ReadonlyMap<string, StoredObject>): readonly StoredObject[] {
  return [...objects.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}

function byKind(kind: ObjectKind): (change: StoreChange) => boolean {
  return (change) => change.kind === kind;
}
