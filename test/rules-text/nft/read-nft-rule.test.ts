import { describe, expect, test } from 'vitest';
import { dataType } from '../../../src/rules-text/nft/expression/data-types.ts';
import type { RuleContext } from '../../../src/rules-text/nft/expression/read-expression.ts';
import type { SetDeclaration } from '../../../src/rules-text/nft/listed-parts.ts';
import { readRule } from '../../../src/rules-text/nft/read-nft-rule.ts';
import { families } from '../../support/trace/nftables/specification.ts';

/** A map that gives an address and a port. */
const endpoints: SetDeclaration = {
  kind: 'map',
  name: 'endpoints',
  key: ['ipv4_addr', 'inet_service', 'integer'].map(dataType),
  data: ['ipv4_addr', 'inet_service'].map(dataType),
  hasIntervals: false,
  givesRanges: false,
};

function contextOf(family: RuleContext['family']): RuleContext {
  return {
    family,
    declaration: (set) => (set === endpoints.name ? endpoints : undefined),
    block: (rules) => `{${rules.length} rules}`,
  };
}

describe.each(families)('for packets of %s', (family, specification) => {
  describe.each(Object.entries(specification))('%s', (_, rules) => {
    test.each(rules.map((specified) => [specified[0], specified] as const))(
      '%s',
      (_rule, [rule, ...says]) => {
        expect(readRule(rule, contextOf(family)).statements).toEqual(says);
      },
    );
  });
});

describe('what people see of a rule', () => {
  const context = contextOf('IPv4');

  test.each([
    ['counter packets 7 bytes 420 accept # handle 12', 'counter accept'],
    ['accept comment "counter packets 7 bytes 420"', 'accept comment "counter packets 7 bytes 420"'],
    ['last used 1m2s accept', 'last accept'],
    [
      'ip saddr 192.0.2.1 fib daddr type local  meta mark 1',
      'ip saddr 192.0.2.1 fib daddr type local meta mark 1',
    ],
    ['ct state new jump {\n\t\t\taccept\n\t\t\tdrop\n\t\t}', 'ct state new jump { accept; drop }'],
  ])('%j is %s', (line, text) => {
    expect(readRule(line, context).text).toBe(text);
  });

  test.each([
    ['accept', ''],
    ['accept comment "default/web:http, the \'first\' # of two"', "default/web:http, the 'first' # of two"],
    ['comment "before" accept', 'before'],
  ])('the comment of %s is %j', (line, comment) => {
    expect(readRule(line, context).comment).toBe(comment);
  });

  test('a chain within a rule is one of its own', () => {
    expect(readRule('jump {\naccept\nip saddr 192.0.2.1 drop\n}', context).statements).toEqual([
      { kind: 'verdict', verdict: { kind: 'jump', chain: '{2 rules}' } },
    ]);
  });
});
