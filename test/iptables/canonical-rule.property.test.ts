import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalRule } from '../../src/iptables/canonical-rule.ts';

test('the form of a rule has that form itself', () => {
  const part = fc.constantFrom(
    '-s 10.0.0.0/8',
    '! -d 10.0.0.1/32',
    '-p tcp',
    '-m tcp --dport 80',
    '-m mark ! --mark 0x1/0x1',
    '-m comment --comment "a \\" b"',
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(part),
      fc.constantFrom('-j X', '-g Y', '-j REJECT --reject-with tcp-reset', ''),
      (parts, target) => {
        const form = canonicalRule([...parts, target].join(' '));
        expect(canonicalRule(form)).toBe(form);
      },
    ),
  );
});
