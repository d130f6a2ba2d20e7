import type { NameRule } from './object-names.ts';
import type { FieldReader, Fields } from './read-fields.ts';

/** One object as it now is; `record: undefined` where it is gone, or is one that nobody here uses. */
export interface ObjectChange {
  readonly kind: string;
  /** `namespace/name`, or the name alone for kinds without a namespace. */
  readonly key: string;
  /** What is kept of it. */
  readonly record: unknown;
}

/** The kinds of objects that somebody uses, and what they keep of each. */
export type ObjectKinds<C extends ObjectChange> = {
  readonly [K in C['kind']]: ObjectKindRule<C>;
};

export interface ObjectKindRule<C extends ObjectChange> {
  readonly apiVersion: string;
  readonly isNamespaced: boolean;
  readonly nameRule: NameRule;
  /** `undefined` where nothing of the object can be used; the reader has the reason. */
  readonly reduce: (key: string, fields: Fields, reader: FieldReader) => C | undefined;
}
