import type { Element, Field, Pattern, Scalar, Value } from '../../rules-text/rule.ts';
import type { Option } from '../trace.ts';

/** What an expression is for a packet. `none`: there is no such thing, so that a rule with it ends. */
export type Evaluated =
  | { readonly kind: 'known'; readonly value: Value }
  | { readonly kind: 'unknown'; readonly text: string }
  | { readonly kind: 'none' };

/** Whether something holds; else the question whose answer would say so, or the contrary of it. */
export type Truth = boolean | { readonly question: Question; readonly negated: boolean };

/** What cannot be known from here. */
export type Question =
  | { readonly kind: 'interface'; readonly field: InterfaceField; readonly patterns: readonly Pattern[] }
  | { readonly kind: 'other'; readonly text: string };

export type InterfaceField = 'input-interface' | 'output-interface';

/** The element that was looked for; else what would have to be known. */
export type Found = { readonly element: Element } | 'absent' | { readonly unknown: string };

/** Where expressions are evaluated: at a packet, in a rule of some table. */
export interface Environment {
  field(field: Field): Evaluated;
  /** The elements of a named set or map that the keys fall into, one for each. */
  findNamed(set: string, keys: readonly (readonly Scalar[])[]): readonly Found[];
  /** The index of the option that the packet takes. */
  choose(options: readonly Option[]): number;
  /** The answer to a question on this path, where an earlier one decides it. */
  known(question: Question): boolean | undefined;
  /** The answer on this path; there is another path with the other answer. */
  ask(question: Question): boolean;
}

export function known(value: Value): Evaluated & { readonly kind: 'known' } {
  return { kind: 'known', value };
}

/** The parts of a value: one, or those of a concatenation. */
export function scalarsIn(value: Value): readonly Scalar[] {
  return typeof value === 'object' ? value : [value];
}

/** A name counts as no number: rules do not calculate with names. */
export function numberIn(value: Value): bigint {
  return typeof value === 'bigint' ? value : 0n;
}

export function foundOr(element: Element | undefined): Found {
  return element === undefined ? 'absent' : { element };
}
