import isEqual from 'lodash/isEqual.js';
import type { ObjectChange } from '../state/object-kinds.ts';
import type { Problem } from '../state/problem.ts';
import { isFields } from '../state/read-fields.ts';
import type { FileContent } from './read-object-file.ts';
import type { SourceUpdate } from './source.ts';

/** `kind key`: what makes two documents describe the same object. */
type ObjectId = string;

/**
 * Which file says what of which object. Of several files that describe the same object the first by name counts;
 * when it goes, the next takes over.
 */
export class FileObjects<C extends ObjectChange> {
  readonly #files = new Map<string, ReadonlyMap<ObjectId, C>>();
  /** Only objects that several files describe. */
  readonly #shared = new Map<ObjectId, Set<string>>();
  readonly #owner = new Map<ObjectId, string>();
  readonly #remembers: 'objects' | 'names';

  /** Names are enough where each file is read once. */
  constructor(remembers: 'objects' | 'names' = 'objects') {
    this.#remembers = remembers;
  }

  /** Takes over what a file now holds; returns what changed by that. */
  replace(file: string, { changes, problems, whole }: FileContent<C>): SourceUpdate<C> {
    const before = this.#files.get(file) ?? new Map<ObjectId, C>();
    // The last good version of what a broken file no longer shows stays in force.
    const after = new Map<ObjectId, C>(whole ? [] : before);
    const found: Problem[] = [...problems];
    const seen = new Set<ObjectId>();
    for (const change of changes) {
      const id = idOf(change);
      if (seen.has(id)) found.push(twice(id, file, file));
      else after.set(id, change);
      seen.add(id);
    }
    return { changes: this.#store(file, before, after), problems: found };
  }

  /** Forgets a file that is gone; returns what changed by that. */
  remove(file: string): readonly C[] {
    return this.#store(file, this.#files.get(file) ?? new Map(), new Map());
  }

  /** The object as it is in force by now. */
  current(change: C): C {
    const id = idOf(change);
    const owner = this.#owner.get(id);
    const found = owner === undefined ? undefined : this.#files.get(owner)?.get(id);
    return found ?? { ...change, record: undefined };
  }

  /** Whether any file describes a Service. */
  get hasServices(): boolean {
    return this.#owner.keys().some((id) => id.startsWith('Service '));
  }

  /** Objects that several files describe, for each file that does not count. */
  *clashes(): Iterable<Problem> {
    for (const [id, files] of this.#shared) {
      const owner = this.#owner.get(id);
      for (const file of files) if (owner !== undefined && file !== owner) yield twice(id, file, owner);
    }
  }

  /** Whether the content lacks something that the file had: an object, an endpoint or a port, or anything readable. */
  wouldLose(file: string, { changes, whole }: FileContent<C>): boolean {
    if (!whole) return true;
    const found = new Map(changes.map((change) => [idOf(change), sizeOf(change)]));
    return [...(this.#files.get(file) ?? [])].some(([id, change]) => (found.get(id) ?? -1) < sizeOf(change));
  }

  #store(file: string, before: ReadonlyMap<ObjectId, C>, after: ReadonlyMap<ObjectId, C>): readonly C[] {
    if (after.size === 0 || this.#remembers === 'names') this.#files.delete(file);
    else this.#files.set(file, after);
    const changes: C[] = [];
    for (const [id, change] of before) if (!after.has(id)) changes.push(...this.#withdraw(id, change, file));
    for (const [id, change] of after) {
      const owned = this.#owner.get(id) === file;
      this.#claim(id, file);
      if (this.#owner.get(id) === file && !(owned && isEqual(before.get(id), change))) changes.push(change);
    }
    return changes;
  }

  /** Enters the file as one that describes the object. The order of names decides, so that a restart changes nothing. */
  #claim(id: ObjectId, file: string): void {
    const owner = this.#owner.get(id);
    if (owner === undefined || file < owner) this.#owner.set(id, file);
    if (owner === undefined || owner === file) return;
    this.#shared.set(id, (this.#shared.get(id) ?? new Set([owner])).add(file));
  }

  #withdraw(id: ObjectId, change: C, file: string): readonly C[] {
    const others = this.#shared.get(id);
    others?.delete(file);
    if (others !== undefined && others.size < 2) this.#shared.delete(id);
    if (this.#owner.get(id) !== file) return [];
    const [next] = [...(others ?? [])].sort();
    if (next === undefined) this.#owner.delete(id);
    else this.#owner.set(id, next);
    const now = this.current(change);
    return isEqual(now, change) ? [] : [now];
  }
}

function idOf({ kind, key }: ObjectChange): ObjectId {
  return `${kind} ${key}`;
}

/** How much an object holds that could get lost. */
function sizeOf({ record }: ObjectChange): number {
  return isFields(record) ? lengthOf(record.ports) + lengthOf(record.endpoints) : 0;
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

function twice(id: ObjectId, file: string, owner: string): Problem {
  const where = owner === file ? 'earlier in this file' : `in ${owner}`;
  return { object: id, reason: `stands ${where} already, and that one counts`, origin: file };
}
