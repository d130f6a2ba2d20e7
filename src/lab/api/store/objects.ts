import type { Kind, Stored } from '../kinds/kinds.ts';

/** What a decision may look at: the objects as they are. */
export interface Objects {
  /** `key` is `namespace/name`, or the name of what has no namespace. */
  get<K extends Kind>(kind: K, key: string): Stored<K> | undefined;
  /** In the order of their keys; all of them, or those in one namespace. */
  list<K extends Kind>(kind: K, namespace?: string): readonly Stored<K>[];
}
