import { ctStates, type Expression, type Statement } from '../../rule.ts';
import type { DataType } from './data-types.ts';

/** An expression of a rule, with what nft knows about its values. */
export interface TypedExpression {
  readonly expression: Expression;
  /** One for each part of a concatenation. */
  readonly types: readonly DataType[];
  /** What nft checks before, and does not list: `tcp dport` is of packets of TCP alone. */
  readonly needs: readonly Need[];
}

/** Only such packets have the field; `tracked`: only those that conntrack has an entry for (net/netfilter/nft_ct.c). */
export type Need = { readonly protocol: bigint } | { readonly nfProtocol: bigint } | 'tracked';

type Match = Statement & { kind: 'match' };

/** The kernel ends a rule by itself where a packet has no connection to ask for. */
export const isTracked: Match = {
  kind: 'match',
  value: { kind: 'field', field: 'ct-state' },
  test: { kind: 'any-bit', negated: true, bits: ctStates.invalid | ctStates.untracked },
};

/** The check that a need stands for. */
export function statementOf(need: Need): Match {
  if (need === 'tracked') return isTracked;
  const [field, value] =
    'protocol' in need ? (['protocol', need.protocol] as const) : (['nf-protocol', need.nfProtocol] as const);
  return {
    kind: 'match',
    value: { kind: 'field', field },
    test: { kind: 'compare', operator: '==', with: { kind: 'value', value } },
  };
}

/** Whether nothing of it is known. */
export function isUnknown(expression: Expression): boolean {
  switch (expression.kind) {
    case 'unknown':
      return true;
    case 'bits':
      return isUnknown(expression.left) || isUnknown(expression.right);
    case 'concatenation':
      return expression.parts.every(isUnknown);
    case 'map':
      return isUnknown(expression.key);
    default:
      return false;
  }
}
