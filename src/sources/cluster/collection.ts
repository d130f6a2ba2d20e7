import type { ObjectChange } from '../../state/object-kinds.ts';
import { type Fields, isFields } from '../../state/read-fields.ts';
import type { Reduce } from '../../state/reduce-object.ts';
import type { SourceUpdate } from '../source.ts';
import type { Resource } from './resources.ts';

/**
 * Which objects of one kind there are. Of the objects themselves nothing is kept; nor are their versions, since after a
 * restored backup the same version may stand for other content.
 */
export class Collection<C extends ObjectChange> {
  readonly #resource: Resource;
  readonly #reduce: Reduce<C>;
  #keys = new Set<string>();
  /** What the list that is being read has shown so far. */
  #listed: Set<string> | undefined;
  /** How many were known before it. */
  #known = 0;

  constructor(resource: Resource, reduce: Reduce<C>) {
    this.#resource = resource;
    this.#reduce = reduce;
  }

  get size(): number {
    return this.#keys.size;
  }

  get isListing(): boolean {
    return this.#listed !== undefined;
  }

  /** From now on everything that exists is shown. */
  beginList(): void {
    this.#listed = new Set();
    this.#known = this.#keys.size;
  }

  /** How many were known before the list that is being read, and how many of them it has not shown so far. */
  get loss(): { readonly known: number; readonly missing: number } {
    const missing = this.#gone(this.#listed ?? this.#keys).length;
    return { known: this.#known, missing };
  }

  /** Everything was shown; returns the removal of what was not. */
  endList(): readonly C[] {
    const listed = this.#listed;
    if (listed === undefined) return [];
    const gone = this.#gone(listed);
    this.#keys = listed;
    this.#listed = undefined;
    return gone.map((key) => removal<C>(this.#resource, key));
  }

  #gone(listed: ReadonlySet<string>): readonly string[] {
    return [...this.#keys].filter((key) => !listed.has(key));
  }

  /** An object as it now is. */
  present(object: Fields): SourceUpdate<C> {
    const { kind, apiVersion } = this.#resource;
    // The items of a List come without their kind.
    const { changes, problems } = this.#reduce({ ...object, kind, apiVersion });
    const key = changes[0]?.key ?? keyOf(object);
    this.#listed?.add(key);
    this.#keys.add(key);
    return { changes, problems };
  }

  gone(object: Fields): SourceUpdate<C> {
    const key = keyOf(object);
    this.#listed?.delete(key);
    return { changes: this.#keys.delete(key) ? [removal<C>(this.#resource, key)] : [], problems: [] };
  }
}

/** The key of its record: `namespace/name`, or the name alone. */
function keyOf({ metadata }: Fields): string {
  const { namespace, name } = isFields(metadata) ? metadata : {};
  return typeof namespace === 'string' ? `${namespace}/${name}` : String(name);
}

/** Of every kind of change, `record` may be absent. */
function removal<C extends ObjectChange>({ kind }: Resource, key: string): C {
  return { kind, key, record: undefined } as ObjectChange as C;
}
