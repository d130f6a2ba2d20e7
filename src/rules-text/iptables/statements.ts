import type { Expression, Field, Pattern, Scalar, Statement } from '../rule.ts';

/** Goes on where the field is one of these, or none of these. */
export function isOneOf(field: Field, patterns: readonly Pattern[], negated: boolean): Statement {
  const elements = patterns.map((pattern) => ({ key: [pattern], comment: '' }));
  return {
    kind: 'match',
    value: fieldOf(field),
    test: { kind: 'in', negated, elements: { kind: 'inline', elements } },
  };
}

/** Goes on where the field has any of these bits, or none of these. */
export function hasAnyBit(value: Expression, bits: bigint, negated: boolean): Statement {
  return { kind: 'match', value, test: { kind: 'any-bit', negated, bits } };
}

/** Goes on where the field, so far as the mask reaches, has this value; or where it has not. */
export function isMasked(field: Field, wanted: bigint, mask: bigint, negated: boolean): Statement {
  const value = mask === allOnes ? fieldOf(field) : bitsOf(fieldOf(field), '&', constant(mask));
  return {
    kind: 'match',
    value,
    test: { kind: 'compare', operator: negated ? '!=' : '==', with: constant(wanted) },
  };
}

/** Goes on never: no first packet of a TCP, UDP or SCTP connection is like that. */
export const never: Statement = isOneOf('protocol', [], false);

/** A mark of 32 bits, all of them set. */
export const allOnes = 0xffffffffn;

export function fieldOf(field: Field): Expression {
  return { kind: 'field', field };
}

export function constant(value: Scalar): Expression {
  return { kind: 'value', value };
}

export function bitsOf(
  left: Expression,
  operator: Extract<Expression, { kind: 'bits' }>['operator'],
  right: Expression,
): Expression {
  return { kind: 'bits', operator, left, right };
}
