import type { Expression, Field, Pattern, Statement } from '../../../../src/rules-text/rule.ts';

/** The words in which the tests say what a rule means. */

export function isIn(name: Field, ...patterns: readonly Pattern[]): Statement {
  return membership(
    field(name),
    false,
    patterns.map((pattern) => [pattern]),
  );
}

export function isNotIn(name: Field, ...patterns: readonly Pattern[]): Statement {
  return membership(
    field(name),
    true,
    patterns.map((pattern) => [pattern]),
  );
}

/** One of the two ports is this one, or neither is. */
export function eitherPort(negated: boolean, port: bigint): Statement {
  const ports: Expression = {
    kind: 'concatenation',
    parts: [field('source-port'), field('destination-port')],
  };
  const any = between(0n, 65535n);
  return membership(ports, negated, [
    [port, any],
    [any, port],
  ]);
}

function membership(of: Expression, negated: boolean, keys: readonly (readonly Pattern[])[]): Statement {
  const elements = keys.map((key) => ({ key, comment: '' }));
  return { kind: 'match', value: of, test: { kind: 'in', negated, elements: { kind: 'inline', elements } } };
}

/** No protocol is in an empty list. */
export const never = isIn('protocol');

export function hasBit(of: Expression, bits: bigint): Statement {
  return { kind: 'match', value: of, test: { kind: 'any-bit', negated: false, bits } };
}

export function hasNoBit(of: Expression, bits: bigint): Statement {
  return { kind: 'match', value: of, test: { kind: 'any-bit', negated: true, bits } };
}

/** Neither invalid nor untracked. */
export const isTracked = hasNoBit(field('ct-state'), 1n | 64n);

/** The state, and above it, from bit 8 on, SNAT and DNAT of the status. */
export const stateAndTranslation: Expression = {
  kind: 'bits',
  operator: '|',
  left: field('ct-state'),
  right: bits(and(field('ct-status'), 16n | 32n), '<<', 8n),
};

export function compares(left: Expression, operator: '==' | '!=', right: bigint): Statement {
  return { kind: 'match', value: left, test: { kind: 'compare', operator, with: value(right) } };
}

export function recent(action: 'check' | 'update' | 'set' | 'remove'): Statement & { kind: 'recent' } {
  return { kind: 'recent', list: 'WEB', action, of: 'source-address', negated: false };
}

export function assigns(name: 'mark' | 'ct-mark', to: Expression): Statement {
  return { kind: 'assign', field: name, value: to };
}

export function unknown(text: string): Statement {
  return { kind: 'unknown-match', text };
}

export function aside(text: string): Statement {
  return { kind: 'no-op', text };
}

export function field(name: Field): Expression {
  return { kind: 'field', field: name };
}

export function value(of: bigint): Expression {
  return { kind: 'value', value: of };
}

export function and(left: Expression, right: bigint): Expression {
  return bits(left, '&', right);
}

export function bits(left: Expression, operator: '&' | '|' | '^' | '<<', right: bigint): Expression {
  return { kind: 'bits', operator, left, right: value(right) };
}

export function xor(left: Expression, right: Expression): Expression {
  return { kind: 'bits', operator: '^', left, right };
}

/** Ends included. */
export function between(from: bigint, to: bigint): { readonly from: bigint; readonly to: bigint } {
  return { from, to };
}

/** An address of IPv4 by its four parts. */
export function ip(...parts: readonly [number, number, number, number]): bigint {
  return parts.reduce((number, part) => number * 256n + BigInt(part), 0n);
}
