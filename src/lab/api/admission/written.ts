import type { z } from 'zod';
import type { Kind, shapes } from '../kinds/kinds.ts';
import type { ApiObject, Metadata } from '../store/api-object.ts';
import type { Objects } from '../store/objects.ts';
import type { Fault } from './faults.ts';

/** An object as a client wrote it, after its shape was checked. */
export type Written<K extends Kind> = ApiObject &
  z.infer<(typeof shapes)[K]> & { readonly metadata: WrittenMetadata };

export type WrittenMetadata = Partial<Metadata> & { readonly name: string };

/** What a kind's rules may look at beside the object. */
export interface Context<K extends Kind> {
  /** `undefined` where it is new. */
  readonly before: Written<K> | undefined;
  readonly objects: Objects;
}

/** What the server does with what is written of a kind. */
export interface KindRules<K extends Kind> {
  /** Fills in what the client left out. */
  readonly complete?: (object: Written<K>, context: Context<K>) => Written<K>;
  readonly validate?: (object: Written<K>, context: Context<K>) => readonly Fault[];
  /** Takes what must be nobody else's: addresses and ports. */
  readonly allocate?: (
    object: Written<K>,
    context: Context<K>,
  ) => { readonly object: Written<K> } | { readonly faults: readonly Fault[] };
}

/** Without members that are `undefined`. */
export function defined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
