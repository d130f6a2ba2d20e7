import { randomUUID } from 'node:crypto';
import type { Kind, Stored } from '../kinds/kinds.ts';
import { type Admission, admitAll } from './admission.ts';
import { type ApiObject, isObject, keyOf, type StoredObject, stampObject } from './api-object.ts';
import { type DeleteOptions, decideDeletion } from './decide-deletion.ts';
import { applyWrite, isSame, withoutServers } from './merge-write.ts';
import { generateName } from './names.ts';
import { now } from './now.ts';
import { alreadyExists, conflict, notFound, Refusal, unknownKind } from './refusal.ts';
import { resourceOf, type ServedResource, servedResources } from './resources.ts';
import { type HistoryOptions, VersionedObjects } from './versioned-objects.ts';

export { now } from './now.ts';
export type { StoreChange } from './versioned-objects.ts';

export interface StoreOptions extends HistoryOptions {
  /** Checks and completes what is written; where it is absent, everything is taken as it comes. */
  readonly admission?: Admission;
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

/** What became of an object that was to be deleted. */
export interface Deletion {
  readonly object: StoredObject;
  /** Or it stays, with a `deletionTimestamp`. */
  readonly gone: boolean;
}

/**
 * The objects of a cluster. All calls are synchronous. `key` is `namespace/name`, or the name of what has no namespace. A
 * refused write throws a `Refusal`, which holds the Status that a client gets.
 */
export class ObjectStore extends VersionedObjects {
  readonly #options: StoreOptions;
  readonly #admission: Admission;

  constructor(options: StoreOptions = {}) {
    super(options);
    this.#options = options;
    this.#admission = options.admission ?? admitAll;
  }

  /** An object of a kind that is kept; without a name, one is made of `metadata.generateName`. */
  create(object: ApiObject, { dryRun = false }: WriteOptions = {}): StoredObject {
    const { kept, resource } = keptForm(object);
    const { kind, namespaced } = resource;
    const named = generateName(asNew(kept), (key) => this.get(kind, key) !== undefined);
    const key = keyOf(named, namespaced);
    const admitted = this.#admission.create(named, resource, this);
    if (this.get(kind, key) !== undefined) throw new Refusal(alreadyExists(resource, admitted));
    return this.#write(kind, key, undefined, admitted, dryRun);
  }

  /**
   * Replaces an object. Where it names a resourceVersion, that must be the newest. What changes nothing makes no new version.
   * The last finalizer's removal removes an object that is being deleted.
   */
  update(object: ApiObject, { part = 'object', dryRun = false }: WriteOptions = {}): StoredObject {
    const { kept, resource } = keptForm(object);
    const { kind, namespaced } = resource;
    const key = keyOf(kept, namespaced);
    const before = this.get(kind, key);
    if (before === undefined) throw new Refusal(notFound(resource, nameIn(key)));
    const written = applyWrite(before, kept, resource, part);
    if (written === 'conflict') throw new Refusal(conflict(resource, before.metadata.name));
    const admitted = this.#admission.update(before, written, resource, this, part);
    if (isSame(before, admitted)) return before;
    const after = this.#write(kind, key, before, admitted, dryRun);
    if (!dryRun && this.#isOver(after)) this.commit({ kind, key, before: after, after: undefined });
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
  remove(kind: Kind, key: string, options: DeleteOptions = {}): Deletion {
    const resource = servedResources[kind];
    const before = this.get(kind, key);
    if (before === undefined) throw new Refusal(notFound(resource, nameIn(key)));
    const { uid = before.metadata.uid, resourceVersion = before.metadata.resourceVersion } = options;
    if (uid !== before.metadata.uid || resourceVersion !== before.metadata.resourceVersion)
      throw new Refusal(conflict(resource, before.metadata.name));
    this.#admission.remove(before, resource);
    const decision = decideDeletion(before, options, !this.#isInUse(before));
    const gone = decision === 'remove';
    if (options.dryRun || decision === 'leave') return { object: before, gone };
    if (!gone) return { object: this.#write(kind, key, before, decision, false), gone };
    this.commit({ kind, key, before, after: undefined });
    return { object: before, gone };
  }

  /** Creates or replaces an object without any check; returns its version. Its generation counts each time. */
  put(object: ApiObject): string {
    const { kept, resource } = keptForm(object);
    const { kind, namespaced } = resource;
    const key = keyOf(kept, namespaced);
    const before = this.get(kind, key);
    const after = this.#stamp(kind, before, kept, true);
    this.commit({ kind, key, before, after });
    return after.metadata.resourceVersion;
  }

  #write(
    kind: Kind,
    key: string,
    before: StoredObject | undefined,
    object: ApiObject,
    dryRun: boolean,
  ): StoredObject {
    const counts = before === undefined || !isSame(before, object, 'spec');
    const after = this.#stamp(kind, before, uncounted(object), counts);
    if (!dryRun) this.commit({ kind, key, before, after });
    return after;
  }

  #stamp(kind: Kind, before: StoredObject | undefined, object: ApiObject, counts: boolean): StoredObject {
    const { uid, creationTimestamp, generation = 0 } = before?.metadata ?? {};
    return stampObject(object, {
      uid: uid ?? this.#options.nextUid?.() ?? randomUUID(),
      resourceVersion: String(this.version + 1),
      generation: servedResources[kind].generations ? generation + (counts ? 1 : 0) : undefined,
      creationTimestamp: creationTimestamp ?? now(),
      bookedAt: this.#options.managedFields ? now() : undefined,
    });
  }

  /** Whether it is being deleted, and nothing keeps it. */
  #isOver(object: StoredObject): boolean {
    const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
    const isDeleted = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0;
    return isDeleted && finalizers.length === 0 && !this.#isInUse(object);
  }

  /** Of a Namespace: whether anything is in it. */
  #isInUse({ kind, metadata }: StoredObject): boolean {
    return kind === 'Namespace' && this.hasAnyIn(metadata.name);
  }
}

/** An object in the version in which its kind is kept, in a namespace where the kind has them. */
function keptForm(object: ApiObject): { readonly kept: ApiObject; readonly resource: ServedResource } {
  const resource = resourceOf(object);
  if (resource === undefined) throw new Refusal(unknownKind(object));
  const kept = resource.view?.keep(object) ?? object;
  const { metadata } = kept;
  const placed = resource.namespaced && isObject(metadata) ? { namespace: 'default', ...metadata } : metadata;
  return { kept: { ...kept, metadata: placed }, resource: servedResources[resource.kind] };
}

function asNew(object: ApiObject): ApiObject {
  return isObject(object.metadata) ? { ...object, metadata: withoutServers(object.metadata) } : object;
}

/** The server counts generations itself. */
function uncounted(object: ApiObject): ApiObject {
  const { generation: _generation, ...metadata } = isObject(object.metadata) ? object.metadata : {};
  return { ...object, metadata };
}

function nameIn(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
