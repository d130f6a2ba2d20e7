import type {
  Element,
  ElementsOf,
  Expression,
  Field,
  Pattern,
  Statement,
  Verdict,
} from '../../../../src/rules-text/rule.ts';

/** The words in which the tests say what a rule of nft means. */

type Compared = '==' | '!=' | '<' | '<=' | '>' | '>=';

export function is(of: Field | Expression, to: bigint | string, operator: Compared = '=='): Statement {
  return { kind: 'match', value: asExpression(of), test: { kind: 'compare', operator, with: value(to) } };
}

export function isNot(of: Field | Expression, to: bigint | string): Statement {
  return is(of, to, '!=');
}

export function isIn(of: Field | Expression, ...keys: readonly Key[]): Statement {
  return {
    kind: 'match',
    value: asExpression(of),
    test: { kind: 'in', negated: false, elements: set(...keys) },
  };
}

export function isNotIn(of: Field | Expression, ...keys: readonly Key[]): Statement {
  return {
    kind: 'match',
    value: asExpression(of),
    test: { kind: 'in', negated: true, elements: set(...keys) },
  };
}

export function isInSet(of: Field | Expression, name: string, negated = false): Statement {
  return {
    kind: 'match',
    value: asExpression(of),
    test: { kind: 'in', negated, elements: { kind: 'named', name } },
  };
}

export function hasBit(of: Field | Expression, bits: bigint): Statement {
  return { kind: 'match', value: asExpression(of), test: { kind: 'any-bit', negated: false, bits } };
}

export function hasNoBit(of: Field | Expression, bits: bigint): Statement {
  return { kind: 'match', value: asExpression(of), test: { kind: 'any-bit', negated: true, bits } };
}

/** What nft checks by itself before it asks for anything else of conntrack than the state. */
export const isTracked = hasNoBit('ct-state', 1n | 64n);
export const isTcp = is('protocol', 6n);
export const isUdp = is('protocol', 17n);
export const isIpv6 = is('nf-protocol', 10n);

export function verdict(kind: 'accept' | 'drop' | 'return' | 'continue'): Statement {
  return { kind: 'verdict', verdict: { kind } };
}

export const accept = verdict('accept');
export const drop = verdict('drop');

export function jump(chain: string): Statement {
  return { kind: 'verdict', verdict: { kind: 'jump', chain } };
}

export function goto(chain: string): Statement {
  return { kind: 'verdict', verdict: { kind: 'goto', chain } };
}

export function unknown(text: string): Statement {
  return { kind: 'unknown-match', text };
}

export function lost(text: string): Statement {
  return { kind: 'unknown-statement', text };
}

export function aside(text: string): Statement {
  return { kind: 'no-op', text };
}

export function assigns(name: 'mark' | 'ct-mark', to: Expression): Statement {
  return { kind: 'assign', field: name, value: to };
}

export function field(name: Field): Expression {
  return { kind: 'field', field: name };
}

export function value(of: bigint | string): Expression {
  return { kind: 'value', value: of };
}

export function bits(
  left: Field | Expression,
  operator: '&' | '|' | '^' | '<<' | '>>',
  right: bigint,
): Expression {
  return { kind: 'bits', operator, left: asExpression(left), right: value(right) };
}

export function joined(...parts: readonly (Field | Expression)[]): Expression {
  return { kind: 'concatenation', parts: parts.map(asExpression) };
}

export function number(
  method: 'random' | 'in-turn' | 'hash',
  modulus: number,
  offset = 0,
  of?: Expression,
  seed?: number,
): Expression {
  const hash = { ...(of !== undefined && { of }), ...(seed !== undefined && { seed }) };
  return { kind: 'number', method, modulus, offset, ...hash };
}

export function mapped(key: Field | Expression, map: ElementsOf): Expression {
  return { kind: 'map', key: asExpression(key), map };
}

/** A part of a key alone, or all parts. */
export type Key = Pattern | readonly Pattern[];

export function set(...keys: readonly Key[]): ElementsOf & { kind: 'inline' } {
  return { kind: 'inline', elements: keys.map((key) => ({ key: parts(key), comment: '' })) };
}

export function verdicts(...entries: readonly (readonly [Key, Verdict])[]): ElementsOf & { kind: 'inline' } {
  return elements(entries.map(([key, verdict]) => ({ key: parts(key), verdict, comment: '' })));
}

export function data(
  ...entries: readonly (readonly [Key, Element['data'] & {}])[]
): ElementsOf & { kind: 'inline' } {
  return elements(entries.map(([key, data]) => ({ key: parts(key), data, comment: '' })));
}

function elements(elements: readonly Element[]): ElementsOf & { kind: 'inline' } {
  return { kind: 'inline', elements };
}

function parts(key: Key): readonly Pattern[] {
  return isList(key) ? key : [key];
}

function isList(key: Key): key is readonly Pattern[] {
  return Array.isArray(key);
}

/** Ends included. */
export function between(from: bigint, to: bigint): { readonly from: bigint; readonly to: bigint } {
  return { from, to };
}

export const anything: Pattern = { prefix: '' };

/** An address of IPv4 by its four parts. */
export function ip(...octets: readonly [number, number, number, number]): bigint {
  return octets.reduce((number, octet) => number * 256n + BigInt(octet), 0n);
}

function asExpression(of: Field | Expression): Expression {
  return typeof of === 'string' ? field(of) : of;
}
